using System.Text.Json;

namespace RnnJit.Cli.Tests.Commands;

public class ExplainTests
{
    private static string Output(params string[] arguments)
    {
        CommandRun run = CommandRun.Of(["explain", .. arguments]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run.Output;
    }

    [Test]
    public void A_plan_says_what_was_merged_fused_hoisted_and_kept_and_why_the_rest_was_not()
    {
        string text = Output("gru", "--training", "--hidden", "128", "--seq", "6", "--batch", "32");
        Assert.That(text, Does.Contain("is 3 products merged").And.Contain("was not hoisted: it reads state h of the step before"));
        Assert.That(text, Does.Match(@"nodes fused over \[B, H\]; not fused with op \d+, for 'contract' stands between"));
        Assert.That(text, Does.Contain("stores").And.Contain("because reading them costs less than computing them again"));
        Assert.That(text, Does.Contain("(generated)").And.Contain("FMA-bound").And.Contain("memory-bound"));
    }

    [Test]
    public void The_choice_of_a_schedule_shows_both_estimates()
    {
        Assert.That(Output("lstm", "--hidden", "512", "--batch", "1", "--threads", "2"),
            Does.Match(@"hidden-parallel \(estimated microseconds a step: batch-parallel [\d.]+, hidden-parallel [\d.]+\)"));
        Assert.That(Output("lstm", "--hidden", "64", "--batch", "64", "--threads", "2"),
            Does.Match(@"batch-parallel \(estimated microseconds"));
    }

    [TestCase("batch", "hidden", "batch-parallel (as asked for)")]
    [TestCase("hidden", "batch", "hidden-parallel (as asked for)")]
    public void A_schedule_can_be_asked_for(string schedule, string other, string reason)
    {
        Assert.That(Output("lstm", "--hidden", "16", "--threads", "2", "--schedule", schedule),
            Does.Contain(reason).And.Not.Contain(other + "-parallel"));

        // Loops over the steps of a block, inside those over blocks of time.
        string[] inner = [.. Output("lstm", "--hidden", "16", "--threads", "2", "--schedule", schedule, "--checkpoint", "10", "--training")
            .Split('\n').Select(line => line.TrimEnd()).Where(line => line.StartsWith("      loop of", StringComparison.Ordinal))];
        Assert.That(inner, Is.Not.Empty.And.All.EndWith(reason));
    }

    [Test]
    public void A_loop_that_can_run_in_one_way_only_says_that_it_stays_so() => Assert.That(
        Output("lstm", "--hidden", "16", "--threads", "2", "--lengths", "--schedule", "hidden"),
        Does.Contain(
            "batch-parallel, not hidden-parallel as asked for (each worker has rows with about as many steps together as every other "
                + "one's)"));

    [Test]
    public void Peaks_with_and_without_checkpoints_are_told()
    {
        string text = Output("lstm", "--training", "--hidden", "16", "--seq", "100", "--batch", "4", "--json");
        JsonElement[] peaks = [.. JsonDocument.Parse(text).RootElement.GetProperty("peaks").EnumerateArray()];
        Assert.That(peaks.Select(peak => peak.GetProperty("Interval").GetInt32()), Is.EqualTo([0, 10]));
        long Kept(int peak) => peaks[peak].GetProperty("KeptBytes").GetInt64();

        // Eleven vectors of 4 · 16 floats a step at most, ten blocks of ten steps.
        Assert.That(Kept(0), Is.GreaterThan(5 * 100 * 4 * 16 * sizeof(float)).And.LessThan(11 * 100 * 4 * 16 * sizeof(float)));
        Assert.That(Kept(1), Is.LessThan(0.25 * Kept(0)));
        Assert.That(peaks[1].GetProperty("ArenaBytes").GetInt64(), Is.LessThan(peaks[0].GetProperty("ArenaBytes").GetInt64()));
    }

    [Test]
    public void A_pass_can_be_switched_off()
    {
        Assert.That(Output("lstm", "--without", "merge-matmuls", "--hidden", "16"), Does.Not.Contain("products merged"));
        CommandRun run = CommandRun.Of("explain", "lstm", "--without", "magic");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((2, run.Error)));
        Assert.That(run.Error, Does.StartWith("rnnjit: --without is 'magic', wanted one of reassociate-sums, simplify"));
    }

    [TestCase("--checkpoint is 'often', wanted a number of steps, auto or 0", "--training", "--checkpoint", "often")]
    [TestCase("--schedule is 'rows', wanted batch or hidden (change it)", "--schedule", "rows")]
    [TestCase("--checkpoint is for the backward pass", "--checkpoint", "5")]
    [TestCase("--hidden is 0, wanted at least 1", "--hidden", "0")]
    public void Bad_options_are_one_sentence(string sentence, params string[] options)
    {
        CommandRun run = CommandRun.Of(["explain", "lstm", .. options]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("rnnjit: " + sentence));
        Assert.That(run.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }
}
