using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RnnJit.Cli.Tests.Distributed;

/// <summary>A training that a launcher runs, with the processes of its ranks.</summary>
internal sealed class Training : IDisposable
{
    // A hang guard, no measurement.
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(3);

    private readonly Process launcher;
    private readonly string folder;
    private readonly StringBuilder error = new();
    private readonly StringBuilder output = new();

    private Training(Process launcher, string folder)
    {
        (this.launcher, this.folder) = (launcher, folder);
        launcher.OutputDataReceived += (_, line) => Add(output, line.Data);
        launcher.ErrorDataReceived += (_, line) => Add(error, line.Data);
        launcher.BeginOutputReadLine();
        launcher.BeginErrorReadLine();
    }

    /// <summary>Standard output of the ranks.</summary>
    public string Output => Text(output);

    /// <summary>Starts a command line in a folder.</summary>
    /// <param name="script">Bash; <c>$rnnjit</c> is the tool.</param>
    public static Training Start(string script, string folder) => new(ToolProcess.Start("exec " + script, folder), folder);

    /// <summary>Files that the started process has in its memory.</summary>
    public string Mapped() => File.ReadAllText($"/proc/{launcher.Id}/maps");

    /// <summary>Waits until something holds.</summary>
    public void WaitUntil(Func<bool> holds, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (launcher.HasExited || Stopwatch.GetElapsedTime(start) > Guard)
                Assert.Fail($"{what} is not there (ended: {launcher.HasExited}, guard {Guard}): {Text(error)}{Text(output)}");
            Thread.Sleep(5);
        }
    }

    /// <summary>Process identifiers of the ranks, in their order.</summary>
    public int[] Ranks() => [.. Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path)!)
        .Where(name => name.All(char.IsAsciiDigit)).Select(name => (Id: int.Parse(name, CultureInfo.InvariantCulture), Rank: Rank(name)))
        .Where(process => process.Rank >= 0).OrderBy(process => process.Rank).Select(process => process.Id)];

    /// <summary>Waits for the launcher and for every rank.</summary>
    public (int Code, string Error) End()
    {
        if (!launcher.WaitForExit(Guard))
            Assert.Fail($"The launcher has not ended after {Guard}: {Text(error)}{Text(output)}");
        launcher.WaitForExit();
        long start = Stopwatch.GetTimestamp();
        while (Ranks().Length > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > Guard)
                Assert.Fail($"Ranks {string.Join(", ", Ranks())} have not ended after {Guard}");
            Thread.Sleep(50);
        }

        return (launcher.ExitCode, Text(error));
    }

    public void Dispose()
    {
        if (!launcher.HasExited)
            launcher.Kill(entireProcessTree: true);
        foreach (int rank in Ranks())
            ToolProcess.Kill(rank, 9);
        launcher.Dispose();
    }

    // −1 where the process is no rank of this training.
    private int Rank(string process)
    {
        try
        {
            if (new FileInfo($"/proc/{process}/cwd").LinkTarget != folder)
                return -1;
            string[] variables = File.ReadAllText($"/proc/{process}/environ").Split('\0');
            bool isTool = File.ReadAllText($"/proc/{process}/cmdline").StartsWith("dotnet\0", StringComparison.Ordinal);
            string? rank = variables.Select(variable => variable.Split('=')).Where(pair => pair[0] is "OMPI_COMM_WORLD_RANK" or "PMI_RANK")
                .Select(pair => pair[1]).FirstOrDefault();
            return isTool && rank is not null ? int.Parse(rank, CultureInfo.InvariantCulture) : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    private static void Add(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
