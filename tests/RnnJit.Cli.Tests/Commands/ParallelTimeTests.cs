namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>--parallel-time</c>: chunks of time side by side, for cells that are linear in their state.</summary>
public class ParallelTimeTests
{
    private static readonly string[] Small = ["--seq", "18", "--batch", "2", "--hidden", "8"];

    [Test]
    public void A_linear_cell_says_so_and_runs_in_chunks([Values("mingru", "minlstm")] string cell, [Values] bool training)
    {
        string[] more = training ? ["--training"] : [];
        CommandRun before = CommandRun.Of(["explain", cell, .. Small, .. more]),
            after = CommandRun.Of(["explain", cell, "--parallel-time", "4", .. Small, .. more]);
        Assert.That(before.Output, Does.Contain("Loop 1 is linear in its state"), before.Error);
        Assert.That(after.ExitCode, Is.Zero, after.Error);
        Assert.That(before.Output, Does.Contain("18 steps"));
        Assert.That(after.Output.Split("Without checkpoints")[0], Does.Not.Contain("18 steps"));
    }

    [Test]
    public void Time_can_be_measured_in_chunks() =>
        Assert.That(CommandRun.Of(["bench", "mingru", "--parallel-time", "3", "--seconds", "0.01", .. Small]).Output,
            Does.Contain("RnnJit MinGru"));

    [Test]
    public void Other_cells_say_why_not()
    {
        Assert.That(CommandRun.Of(["explain", "lstm", .. Small]).Output,
            Does.Contain("Loop 1 is not linear in its state, so time runs from one end to the other: h and c need each other."));
        Refused("'Lstm' h and c need each other", "lstm", "--parallel-time", "4");
    }

    [Test]
    public void Chunks_that_do_not_fit_are_refused()
    {
        Refused("--parallel-time is 10, wanted at least 1 and at most half of --seq 18 (change it)", "mingru", "--parallel-time", "10");
        Refused("--parallel-time is 0", "mingru", "--parallel-time", "0");
        Refused("--parallel-time and --checkpoint both cut time into pieces (leave one of them away)", "mingru", "--training",
            "--parallel-time", "4", "--checkpoint", "5");
    }

    private static void Refused(string sentence, params string[] arguments) =>
        BadInputTests.Refused(CommandRun.Of(["explain", .. arguments, .. Small]), sentence);
}
