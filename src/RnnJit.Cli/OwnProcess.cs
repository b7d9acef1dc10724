using System.Diagnostics;

namespace RnnJit.Cli;

/// <summary>This tool in a further process.</summary>
internal static class OwnProcess
{
    /// <summary>The .dll that the dotnet host runs again: the tool's, unless a program that uses the tool's code says otherwise.</summary>
    public static string Program { get; set; } = typeof(OwnProcess).Assembly.Location;

    /// <summary>The program and its first argument where it needs one.</summary>
    public static ProcessStartInfo Start()
    {
        string host = Environment.ProcessPath!;
        return IsDotnet(host) ? new ProcessStartInfo(host, [Program]) : new ProcessStartInfo(host);
    }

    /// <summary>Runs a process to its end; a signal ends it.</summary>
    /// <param name="output">Its standard output where that is redirected, else empty.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(ProcessStartInfo start, out string output)
    {
        start.UseShellExecute = false;
        using Process process = Process.Start(start)!;
        bool interrupted = false;
        using IDisposable signals = Interruption.On(() =>
        {
            interrupted = true;
            End(process);
        });
        output = start.RedirectStandardOutput ? process.StandardOutput.ReadToEnd() : "";
        process.WaitForExit();
        return interrupted ? ExitCode.Interrupted : process.ExitCode;
    }

    // It has nothing to save.
    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    /// <summary>The dotnet host that runs .dll files: that of this process, else the one on the search path.</summary>
    public static string Dotnet => Environment.ProcessPath is { } host && IsDotnet(host) ? host : "dotnet";

    private static bool IsDotnet(string host) =>
        Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
}
