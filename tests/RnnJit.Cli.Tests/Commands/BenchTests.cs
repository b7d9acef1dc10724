using System.Text.Json;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>What the command prints; never how fast anything is.</summary>
public class BenchTests
{
    private static readonly string[] Small = ["--hidden", "8", "--seq", "4", "--batch", "2", "--seconds", "0.01", "--threads", "1"];

    private static JsonElement Json(params string[] arguments)
    {
        CommandRun run = CommandRun.Of(["bench", .. arguments, .. Small, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    [Test]
    public void Times_are_sorted_and_work_is_counted()
    {
        JsonElement json = Json("lstm", "--training");
        double[] seconds = [.. json.GetProperty("seconds").EnumerateArray().Select(time => time.GetDouble())];
        Assert.That(seconds, Has.Length.GreaterThanOrEqualTo(5).And.Ordered.And.All.GreaterThan(0));

        // Products with W forward and backward (weights), with U forward, backward (states) and backward (weights): five of 2 · 4H · H · T · B.
        Assert.That(json.GetProperty("gflop").GetDouble(), Is.EqualTo(5 * 2 * 4 * 8 * 8 * 4 * 2 / 1e9).Within(1e-12));
    }

    [Test]
    public void Compilation_is_timed_cold_and_warm_for_short_and_long_sequences()
    {
        JsonElement[] rows = [.. Json("gru", "--compile").EnumerateArray()];
        Assert.That(rows.Select(row => row.GetProperty("What").GetString()), Is.EqualTo(["cold", "warm, T 10", "warm, T 10,000", "warm, kernels there"]));
        Assert.That(rows.Select(row => row.GetProperty("Total").GetDouble()), Has.All.GreaterThan(0));
        Assert.That(rows.Take(3).Select(row => row.GetProperty("Kernels").GetDouble()), Has.All.GreaterThan(1), "Roslyn ran");
        Assert.That(rows[3].GetProperty("Kernels").GetDouble(), Is.LessThan(rows[1].GetProperty("Kernels").GetDouble()));
    }

    [Test]
    public void Every_pass_is_switched_off_once()
    {
        JsonElement[] rows = [.. Json("lstm", "--training", "--passes").EnumerateArray()];
        Assert.That(rows.Select(row => row.GetProperty("Without").GetString()), Is.SupersetOf(new[] { "nothing", "simplify", "distribute", "keep", "merge", "fuse", "tile" }));
        int Instructions(string pass) => rows.Single(row => row.GetProperty("Without").GetString() == pass).GetProperty("Instructions").GetInt32();
        Assert.That(Instructions("fuse"), Is.GreaterThan(Instructions("nothing")));
    }
}
