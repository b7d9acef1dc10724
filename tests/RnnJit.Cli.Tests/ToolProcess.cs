using System.Diagnostics;
using System.Runtime.InteropServices;
using RnnJit.Cli.Commands;

namespace RnnJit.Cli.Tests;

/// <summary>The built tool as a process of its own, run by a shell so that its standard files can be closed or piped.</summary>
internal static partial class ToolProcess
{
    // A hang guard, no measurement.
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(2);

    /// <summary>The command that starts the tool, for a shell.</summary>
    public static string Command => $"dotnet '{typeof(CommandLine).Assembly.Location}'";

    /// <summary>Runs a shell script to its end.</summary>
    /// <param name="script">Bash; <c>$rnnjit</c> is the tool.</param>
    /// <param name="folder">Where it runs.</param>
    public static (int Code, string Output, string Error) Run(string script, string folder)
    {
        using Process process = Start(script, folder);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        End(process);
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts the tool, sends it a signal when it has written its first line, and waits.</summary>
    public static (int Code, string Error, TimeSpan Time) Signalled(int signal, string arguments, string folder)
    {
        using Process process = Start($"exec {Command} {arguments}", folder);
        process.StandardOutput.ReadLine();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        long start = Stopwatch.GetTimestamp();
        Assert.That(Kill(process.Id, signal), Is.Zero);
        End(process);
        return (process.ExitCode, error.Result, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Starts a shell script; <c>$rnnjit</c> is the tool.</summary>
    public static Process Start(string script, string folder)
    {
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script.Replace("$rnnjit", Command, StringComparison.Ordinal));
        return Process.Start(start)!;
    }

    private static void End(Process process)
    {
        if (process.WaitForExit(Guard))
            return;
        process.Kill(entireProcessTree: true);
        Assert.Fail($"It has not ended after {Guard}");
    }

    /// <summary>Sends a signal.</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Kill(int process, int signal);
}
