using System.Text.Json;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>Rows with lengths: what bench times beside the padded batch, and what explain says.</summary>
public class LengthsTests
{
    private static readonly string[] Small = ["--hidden", "8", "--seq", "20", "--batch", "4", "--threads", "1"];

    [TestCase("uniform", 0.05, 0.999)]
    [TestCase("full", 1, 1)]
    [TestCase("5", 0.25, 0.25)]
    public void Bench_times_lengths_beside_the_padded_batch(string lengths, double least, double most)
    {
        CommandRun run = CommandRun.Of(["bench", "lstm", "--training", "--lengths", lengths, "--seconds", "0.01", .. Small, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.That(json.GetProperty("Steps").GetDouble(), Is.InRange(least, most));
        Assert.That(json.GetProperty("Ratio").GetDouble(),
            Is.EqualTo(json.GetProperty("OwnMedian").GetDouble() / json.GetProperty("PaddedMedian").GetDouble()).And.GreaterThan(0));
        Assert.That(json.GetProperty("Ordered").GetBoolean(), Is.True);
    }

    [Test]
    public void Bench_prints_both_times()
    {
        CommandRun run =
            CommandRun.Of(["bench", "lstm", "--lengths", "uniform", "--without", "sort-by-length", "--seconds", "0.01", .. Small]);
        Assert.That(run.Output,
            Does.Contain("padded").And.Contain("lengths uniform").And.Contain("x of the padded time").And.Contain("rows as they stand"));
    }

    [TestCase("--lengths is 'some', wanted uniform, full or a number up to --seq 20 (change it)", "--lengths", "some")]
    [TestCase("--lengths is '21', wanted uniform, full or a number up to --seq 20 (change it)", "--lengths", "21")]
    [TestCase("--lengths has no meaning with --peers (leave one of them away)", "--lengths", "full", "--peers")]
    [TestCase("--lengths has no meaning with --svg (leave one of them away)", "--lengths", "full", "--svg", "x.svg")]
    [TestCase("--lengths and --stream time different things (leave one of them away)", "--lengths", "full", "--stream")]
    [TestCase(
        "--lengths has no value before --hidden (give one: uniform, full or a number of steps; see 'rnnjit bench --help')", "--lengths")]
    [TestCase("--lengths is given 2 values (give one: uniform, full or a number of steps; see 'rnnjit bench --help')", "--lengths",
        "uniform", "--lengths", "full")]
    public void Bench_refuses_what_it_cannot_time(string sentence, params string[] arguments) =>
        BadInputTests.Refused(CommandRun.Of(["bench", "lstm", .. arguments, .. Small]), sentence);

    [Test]
    public void Explain_says_how_rows_stand_and_what_runs_on_live_rows_only()
    {
        CommandRun run = CommandRun.Of(["explain", "lstm", "--training", "--lengths", .. Small]);
        string line = run.Output.Split('\n').Single(text => text.StartsWith("Rows ", StringComparison.Ordinal));
        Assert.That(line, Does.StartWith("Rows are ordered by 'lengths', the longest first").And.Contain("on rows that run only:").And
            .Contain(" = ordered_x · ").And.Contain("4 sums over all steps"));
        Assert.That(run.Output, Does.Contain("sort 4 rows by length").And.Contain("rows that run only"));

        Assert.That(CommandRun.Of(["explain", "lstm", "--lengths", "--without", "sort-by-length", .. Small]).Output,
            Does.Contain("Rows with lengths stand as they are given"));
        Assert.That(CommandRun.Of(["explain", "lstm", .. Small]).Output, Does.Not.Contain("Rows "));
    }
}
