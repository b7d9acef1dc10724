using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.Comparisons;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>bench additions</c> and <c>bench lengths</c>: which layers there are and what is said of them; never how fast they
/// are.</summary>
public class ComparisonsTests
{
    [Test]
    public void All_rows_of_the_tables_are_there()
    {
        Assert.That(Comparison.Additions.Select(comparison => (comparison.Baseline.Title, comparison.Variants.Count,
            comparison.Variants.Select(variant => variant.Most).Distinct().Single())),
            Is.EqualTo(new (string, int, double?)[] { ("Lstm training 50,32,256", 6, 1.25), ("Lstm training 25,16,64", 6, 2) }));
        Assert.That(Comparison.Lengths.SelectMany(comparison =>
            comparison.Variants.Select(variant => $"{comparison.Baseline.Title}, {variant.Name}, {variant.Most:0.0}")), Is.EqualTo([
            "Lstm forward 50,32,256, lengths uniform, 0.6", "Lstm forward 50,32,256, lengths full, ",
            "Lstm training 50,32,256, lengths uniform, 0.6", "Lstm training 50,32,256, lengths full, ",
            "GruResetAfter forward 50,32,256, lengths uniform, 0.6", "GruResetAfter training 50,32,256, lengths uniform, 0.6",
            "LstmLayerNorm forward 50,32,256, lengths uniform, 0.6", "LstmLayerNorm training 50,32,256, lengths uniform, 0.6",
            "Lstm forward 100,64,128, lengths uniform, 0.6", "Lstm training 100,64,128, lengths uniform, 0.6"]));
    }

    // Each cell's kernel has work of its own, so that a row which measures another cell than it says is found.
    [Test]
    public void Each_addition_is_a_cell_of_its_own() =>
        Assert.That(Comparison.Additions[0].Variants.Select(variant => variant.Layer.Cell.Step)
            .Prepend(Comparison.Additions[0].Baseline.Cell.Step), Is.Unique);

    [Test]
    public void Rows_hold_times_and_wishes()
    {
        CommandRun run = CommandRun.Of("bench", "additions", "--quick", "--only", "25,16,64 zoneout", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("1 of 1: Lstm training 25,16,64 and with zoneout 0.1, 1 thread"));
        JsonElement row = JsonDocument.Parse(run.Output).RootElement.GetProperty("rows").EnumerateArray().Single();
        double Time(string whose) => row.GetProperty(whose).GetProperty("min").GetDouble();
        Assert.That(row.GetProperty("ratio").GetDouble(), Is.EqualTo(Time("own") / Time("alone")).Within(1e-9).And.GreaterThan(0));
        Assert.That(row.GetProperty("met").GetBoolean(), Is.EqualTo(row.GetProperty("ratio").GetDouble() <= 2));
        Assert.That(row.GetProperty("stepShare").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void Lengths_run_with_one_thread_and_with_two()
    {
        Comparison layer = Comparison.Lengths[0];
        Comparison small = new(layer.Baseline with { Steps = 8, Batch = 4, Hidden = 8 },
            [.. layer.Variants.Select(variant => variant with { Layer = variant.Layer with { Steps = 8, Batch = 4, Hidden = 8 } })]);
        var progress = new StringWriter();
        var run = new ComparisonRun([small], new MeasurementBudget(2, 0.001, 0), [1, 2], progress, default);
        run.Run();
        Assert.That(run.Rows.Select(row => string.Join(' ', row.Cells.Where((_, column) => column is 0 or 1 or 2 or 4 or 8))), Is.EqualTo([
            "Lstm forward 8,4,8 1 lengths uniform 0.60", "Lstm forward 8,4,8 1 lengths full ", "Lstm forward 8,4,8 2 lengths uniform 0.60",
            "Lstm forward 8,4,8 2 lengths full "]));
        Assert.That(run.Rows.Select(row => row.Met is null), Is.EqualTo([false, true, false, true]));
        Assert.That(run.Rows.Select(row => row.Ratio), Has.All.GreaterThan(0));
        Assert.That(run.Machines.Select(machine => machine.Threads), Is.EqualTo([1, 2]));
        Assert.That(progress.ToString(), Does.Contain("2 of 2: Lstm forward 8,4,8 and with lengths uniform, lengths full, 2 threads"));
    }

    [Test]
    public void Tables_may_be_for_documents()
    {
        CommandRun run = CommandRun.Of("bench", "lengths", "--quick", "--threads", "1", "--only", "GruResetAfter forward", "--markdown");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("| layer | T,B,H | threads |").And.Contain("| GruResetAfter forward | 50,32,256 | 1 |").And
            .Match("[01] of 1 met"));
    }

    [TestCase("additions",
        "--only is 'nothing', which no row of 'rnnjit bench additions' holds (for instance: LstmPeephole training 50,32,256 peephole)")]
    [TestCase("lengths",
        "--only is 'nothing', which no row of 'rnnjit bench lengths' holds (for instance: Lstm forward 50,32,256 lengths uniform)")]
    public void Nothing_to_measure_is_refused(string command, string sentence) =>
        BadInputTests.Refused(CommandRun.Of("bench", command, "--only", "nothing"), sentence);
}
