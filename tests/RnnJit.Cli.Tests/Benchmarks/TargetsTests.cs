using System.Text.Json;
using RnnJit.Bench.Targets;
using RnnJit.Cli.Tests.Commands;

namespace RnnJit.Cli.Tests.Benchmarks;

/// <summary><c>RnnJit.Bench targets</c>: which layers there are and what is said of them; never how fast they are.</summary>
public class TargetsTests
{
    [Test]
    public void All_layers_of_the_table_are_there()
    {
        Assert.That(Target.All.GroupBy(target => target.Class).Select(group => (group.Key, group.Count())), Is.EqualTo([
            ("batch 1", 6), ("batch 1, bf16 weights", 6), ("batched forward", 8), ("vanilla", 1), ("training", 10),
            ("a user's cell, training", 4)]));
        Assert.That(Target.All.Select(target => target.Layer).Distinct().Count(), Is.EqualTo(35));
    }

    [Test]
    public void Rows_hold_times_against_limits_and_wishes()
    {
        CommandRun run = Run("--quick", "--threads", "1", "--only", "training 25,16,64", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("1 of 3: Lstm training 25,16,64, 1 thread").And.Contain("3 of 3: LstmPeephole"));
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        JsonElement[] rows = [.. json.GetProperty("rows").EnumerateArray()];
        Assert.That(rows.Select(row => row.GetProperty("layer").GetString()),
            Is.EqualTo(["Lstm 25,16,64", "GruResetAfter 25,16,64", "LstmPeephole 25,16,64"]));
        double Min(int row) => rows[row].GetProperty("measured").GetProperty("min").GetDouble();
        Assert.That(rows[2].GetProperty("ofLstm").GetDouble(), Is.EqualTo(Min(2) / Min(0)).Within(1e-9));
        Assert.That(rows[0].GetProperty("wantedShare").GetDouble(), Is.EqualTo(0.87));

        // Four gates, each with W, U and b.
        JsonElement measured = rows[0].GetProperty("measured");
        Assert.That(measured.GetProperty("weightBytes").GetInt64(), Is.EqualTo(4 * 64 * (64 + 64 + 1) * sizeof(float)));
        Assert.That(measured.GetProperty("arenaBytes").GetInt64(), Is.GreaterThan(25 * 16 * 64 * sizeof(float)),
            "the states of all steps at least");
        Assert.That(json.GetProperty("machines").GetArrayLength(), Is.EqualTo(1));
        Assert.That(json.GetProperty("stream").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void Tables_may_be_for_documents()
    {
        CommandRun run =
            Run("--quick", "--threads", "1", "--only", "LstmPeephole training 25,16,64", "--markdown");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("| class | T,B,H |").And.Contain("| a user's cell, training | LstmPeephole 25,16,64 | 1 |"));
    }

    [Test]
    public void The_stream_has_its_own_line() =>
        Assert.That(Run("--quick", "--threads", "1", "--only", "stream").Output,
            Does.Match(@"wanted 100 × real time, 0 bytes, a block in less than 100 µs: (not )?met \(a block takes [\d.]+ µs\)"));

    [Test]
    public void Nothing_to_measure_is_refused() =>
        BadInputTests.Refused(Run("--only", "nothing"), "--only is 'nothing'", "RnnJit.Bench");

    [Test]
    public void A_table_is_no_object() => BadInputTests.Refused(Run("--markdown", "--json"),
        "--json has no meaning with --markdown (leave it out)", "RnnJit.Bench");

    private static CommandRun Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        int code = TargetsCommand.Execute(["targets", .. arguments],
            new Terminal(output, error, Interactive: false, Colour: false, default));
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
