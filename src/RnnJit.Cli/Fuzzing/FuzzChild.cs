using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Reads a stretch of mutants in a process of its own and notices when that process hangs or ends.</summary>
/// <param name="limits">What a mutant may take; null for the limits of the command.</param>
internal sealed class FuzzChild(MutantPlan plan, CancellationToken interrupted, FuzzLimits? limits = null)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    // The nursery on any machine at first: 16 MB. If much survives collections it grows, as the nursery of rnnjit does, so that garbage
    // counts too.
    private const string Nursery = "1000000";

    private readonly FuzzLimits limits = limits ?? FuzzLimits.Usual;

    /// <summary>Reads the run's mutants from one number to before another.</summary>
    /// <exception cref="OperationCanceledException">The command was interrupted.</exception>
    public void Run(int from, int to, Action<MutantOutcome> report)
    {
        for (int next = from; next < to;)
            next = Part(next, to, report);
    }

    // One process; it ends early where a mutant ends it.
    private int Part(int from, int to, Action<MutantOutcome> report)
    {
        using Process process = Process.Start(Start(from, to))!;
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            if (errors.Length < 300)
                errors.Append(line.Data).Append(' ');
        };
        process.BeginErrorReadLine();
        int next = from, begun = -1;
        Verdict verdict = Verdict.Abort;
        try
        {
            while (Line(process, begun < 0 ? FuzzLimits.Usual : limits, ref verdict) is { } line)
            {
                if (MutantOutcome.BeginOf(line) is { } index)
                    begun = index;
                else if (MutantOutcome.FromLine(line) is { } outcome)
                    (begun, next) = (-1, Reported(outcome, report, next));
            }
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        if (next == to && process.ExitCode == 0)
            return next;
        int ended = begun >= 0 ? begun : plan.Index(next);
        string sentence = verdict == Verdict.Hang ? string.Create(CultureInfo.InvariantCulture,
            $"No end within {limits.Work.TotalSeconds} s of work or {limits.Wait.TotalSeconds} s of waiting")
                : $"Exit code {process.ExitCode}: {errors}";
        report(new MutantOutcome(ended, plan.Class(ended).Name, verdict, 0, 0, 0, sentence));
        return next + 1;
    }

    private static int Reported(MutantOutcome outcome, Action<MutantOutcome> report, int next)
    {
        report(outcome);
        return next + 1;
    }

    // The next output line of the child; null at the end of its output, or after a timeout, which ends the process.
    private string? Line(Process process, FuzzLimits allowed, ref Verdict verdict)
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
        TimeSpan worked = process.HasExited ? TimeSpan.Zero : process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        while (!line.Wait(Glance, interrupted))
        {
            if (process.HasExited || (Stopwatch.GetElapsedTime(start) < allowed.Wait && process.TotalProcessorTime - worked < allowed.Work))
                continue;
            verdict = Verdict.Hang;
            process.Kill(entireProcessTree: true);
            return null;
        }

        return line.Result;
    }

    private ProcessStartInfo Start(int from, int to)
    {
        string host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(typeof(FuzzChild).Assembly.Location);
        string[] arguments = ["fuzz", "files", "--seed", plan.Seed.ToString(CultureInfo.InvariantCulture), "--part",
            string.Create(CultureInfo.InvariantCulture, $"{from}:{to}"),
            .. plan.Format is { } format ? ["--format", format] : Array.Empty<string>(),
            .. plan.Only is { } only ? ["--class", only.Name] : Array.Empty<string>()];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_GCgen0size"] = Nursery;

        // Profiles for the second compilation cost more than they save: without them a child of 176 mutants does half the work.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }
}
