using System.Diagnostics;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Reads mutants in child processes and reports.</summary>
internal sealed class FuzzFiles(MutantPlan plan, int count, int jobs, string? keep, Terminal terminal)
{
    // Few enough that what one mutant leaves in its process reaches few others; a child that reads weights takes as long to start and to
    // compile as to read a thousand.
    private const int CheckpointsPerChild = 1000, WeightsPerChild = 5000, MutantsPerLine = 1000;

    private readonly int mutantsPerChild = plan.Format is null ? CheckpointsPerChild : WeightsPerChild;
    private readonly FuzzReport report = new();
    private readonly long start = Stopwatch.GetTimestamp();
    private int taken;

    public FuzzReport Run()
    {
        int children = (count + mutantsPerChild - 1) / mutantsPerChild;
        var options = new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = terminal.Interrupted };
        Parallel.For(0, Math.Min(jobs, children), options, _ =>
        {
            int mine;
            while ((mine = Interlocked.Increment(ref taken) - 1) < children)
                new FuzzChild(plan, terminal.Interrupted).Run(mine * mutantsPerChild, Math.Min(count, (mine + 1) * mutantsPerChild), Add);
        });
        Keep();
        return report;
    }

    private void Add(MutantOutcome outcome)
    {
        lock (report)
        {
            report.Add(outcome);
            if (outcome.IsFailure)
                terminal.Error.WriteLine(
                    $"{outcome.Verdict}: {outcome.Class}, {outcome.Sentence} (repeat with: rnnjit fuzz files --seed {plan.Seed} --only "
                        + $"{outcome.Index}{Class()})");
            if (report.Count % MutantsPerLine == 0)
                terminal.Error.WriteLine(
                    $"{report.Count} of {count}, {report.Failures.Count} failures, "
                        + $"about {Stopwatch.GetElapsedTime(start).TotalMinutes / report.Count * (count - report.Count):0.0} min left");
        }
    }

    private string Class() =>
        (plan.Format is { } format ? $" --format {format}" : "") + (plan.Only is { } only ? $" --class {only.Name}" : "");

    private void Keep()
    {
        if (keep is null || report.Failures.Count == 0)
            return;
        Directory.CreateDirectory(keep);
        var run = new MutantRun(plan, keep);
        foreach (MutantOutcome failure in report.Failures)
            run.Make(failure.Index);
    }
}
