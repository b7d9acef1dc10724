using System.Diagnostics;
using System.Text.Json;
using RnnJit.Cli.Commands;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>The output of <c>bench</c>: its structure and counts, never a speed.</summary>
public class BenchTests
{
    private static readonly string[] Small = ["--hidden", "8", "--seq", "4", "--batch", "2", "--seconds", "0.01", "--threads", "1"];

    private static JsonElement Json(params string[] arguments) => Read([.. arguments, .. Small]);

    private static JsonElement Read(string[] arguments)
    {
        CommandRun run = CommandRun.Of(["bench", .. arguments, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    [Test]
    public void Times_are_sorted_and_work_is_counted()
    {
        JsonElement json = Json("lstm", "--training");
        double[] seconds = [.. json.GetProperty("seconds").EnumerateArray().Select(time => time.GetDouble())];
        Assert.That(seconds, Has.Length.GreaterThanOrEqualTo(5).And.Ordered.And.All.GreaterThan(0));

        // Products with W and with U, each forward, backward to what it reads, and backward to its weights: six of 2 · 4H · H · T · B.
        Assert.That(json.GetProperty("gflop").GetDouble(), Is.EqualTo(6 * 2 * 4 * 8 * 8 * 4 * 2 / 1e9).Within(1e-12));
    }

    [Test]
    public void Compilation_is_reported_cold_and_warm_for_short_and_long_sequences()
    {
        JsonElement[] rows = [.. Read(["gru", "--compile", "--hidden", "8", "--threads", "1"]).EnumerateArray()];
        Assert.That(rows.Select(row => row.GetProperty("What").GetString()),
            Is.EqualTo(["cold", "warm, T 10", "warm, T 10,000", "warm, kernels there"]));
        foreach (JsonElement row in rows)
        {
            double Part(string name) => row.GetProperty(name).GetDouble();
            Assert.That(Part("Total"), Is.EqualTo(Part("Program") + Part("Passes") + Part("Kernels") + Part("Plan")).Within(1e-9));
            Assert.That(Part("Passes"), Is.GreaterThan(0));
        }
    }

    [Test]
    public void A_layer_is_held_against_the_machine()
    {
        JsonElement json = Json("lstm");
        double Number(string name) => json.GetProperty(name).GetDouble();
        Assert.That(Number("share"), Is.EqualTo(Number("limit") / Number("min")).Within(1e-9));
        Assert.That(Number("gflops"), Is.EqualTo(Number("gflop") / Number("min")).Within(1e-9));
        Assert.That(Number("min"), Is.LessThanOrEqualTo(Number("median")));
        Assert.That(Number("median"), Is.LessThanOrEqualTo(Number("p95")));

        // Four gates, each with W, U and b.
        Assert.That(Number("weightBytes"), Is.EqualTo(4 * 8 * (8 + 8 + 1) * sizeof(float)));
        JsonElement machine = json.GetProperty("machine");
        Assert.That(machine.GetProperty("Levels").EnumerateArray().Select(level => level.GetProperty("Name").GetString()),
            Is.EqualTo(["L1", "L2", "L3 near", "L3", "DRAM"]));
        Assert.That(machine.GetProperty("SingleFlops").GetDouble(), Is.GreaterThan(1e8));
    }

    [TestCase("f64")]
    [TestCase("f32")]
    public void Precisions(string precision)
    {
        JsonElement json = Json("gru", "--training", "--precision", precision);
        Assert.That(json.GetProperty("weightBytes").GetInt64(), Is.EqualTo(3 * 8 * (8 + 8 + 1) * (precision == "f64" ? 8 : 4)));
    }

    [TestCase("qrnnfo", "what reads two steps")]
    [TestCase("grud", "several step inputs and one for the sequence")]
    [TestCase("augru", "an input of one number")]
    [TestCase("sru", "as many inputs as units")]
    [TestCase("symbolsecondorder", "indices")]
    [TestCase("bahdanaudecoder", "a memory")]
    [TestCase("jordan", "a state that is an output")]
    [TestCase("clockwork", "a matrix that is given")]
    public void Cells_of_every_kind_run(string cell, string because)
    {
        Assert.That(Json(cell).GetProperty("min").GetDouble(), Is.GreaterThan(0), because);
        Assert.That(Json(cell, "--training").GetProperty("min").GetDouble(), Is.GreaterThan(0), because);
    }

    [Test]
    public void A_cell_that_fixes_the_number_of_inputs_says_so() =>
        BadInputTests.Refused(CommandRun.Of(["bench", "sru", "--input", "3", .. Small]),
            "Cell 'Sru' lets nobody choose the number of its inputs, so --input 3 does not fit --hidden 8 (leave --input away)");

    [TestCase("avx9", "--isa is 'avx9', wanted avx512, avx2, 128 (change it)")]
    public void Instruction_sets_that_are_none(string isa, string sentence) =>
        BadInputTests.Refused(CommandRun.Of(["bench", "lstm", "--isa", isa, .. Small]), sentence);

    [Test]
    public void A_narrower_instruction_set_runs_in_a_process_of_its_own()
    {
        var start = new ProcessStartInfo("dotnet",
            [typeof(CommandLine).Assembly.Location, "bench", "lstm", "--isa", "128", "--json", .. Small])
        { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        JsonElement json = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
        Assert.That(json.GetProperty("machine").GetProperty("VectorBits").GetInt32(), Is.EqualTo(128));
    }

    // Two rows: indices name rows of the batch, of which there are fewer than rows of any parameter.
    [Test]
    public void Indices_name_rows_that_there_are()
    {
        CommandRun run = CommandRun.Of("bench", Repository.File("bench/cells/Neighbour.ir"), "--training", "--seconds", "0.01", "--seq",
            "3", "--batch", "2", "--hidden", "4", "--threads", "1");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("RnnJit Neighbour: min"));
    }

    [Test]
    public void Every_pass_is_switched_off_once()
    {
        JsonElement[] rows = [.. Json("lstm", "--training", "--passes").EnumerateArray()];
        Assert.That(rows.Select(row => row.GetProperty("Without").GetString()),
            Is.SupersetOf(new[] { "nothing", "simplify", "hoist-and-sink", "rematerialize", "merge-matmuls", "fuse", "chunk-matmuls" }));
        int Instructions(string pass) =>
            rows.Single(row => row.GetProperty("Without").GetString() == pass).GetProperty("Instructions").GetInt32();
        Assert.That(Instructions("fuse"), Is.GreaterThan(Instructions("nothing")));
    }

    [Test]
    public void A_profile_has_each_line_of_the_plan()
    {
        JsonElement json = Json("lstm", "--training", "--profile");
        JsonElement[] lines = [.. json.GetProperty("Lines").EnumerateArray()];
        string[] plan = [.. JsonDocument.Parse(CommandRun.Of(["explain", "lstm", "--training", "--json", .. Small[..6], "--threads",
            "1"]).Output).RootElement.GetProperty("plan").EnumerateArray().Select(line => line.GetProperty("Text").GetString()!)];
        Assert.That(lines.Select(line => line.GetProperty("Text").GetString()), Is.EqualTo(plan));
        Assert.That(lines.Sum(line => line.GetProperty("Flops").GetDouble()), Is.EqualTo(6 * 2 * 4 * 8 * 8 * 4 * 2).Within(1e-6));
        Assert.That(lines.Select(line => line.GetProperty("Kind").GetString()).Distinct(),
            Is.EquivalentTo(["products", "kernels", "the rest"]));
        Assert.That(lines.All(line => line.GetProperty("Min").GetDouble() <= line.GetProperty("Median").GetDouble()));

        CommandRun run = CommandRun.Of(["bench", "lstm", "--training", "--profile", .. Small]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("% of the medians").And.Contain("without these notes"));
    }

    [TestCase("ilgpu-cpu")]
    [TestCase("ilgpu-cpu:1")]
    public void A_profile_of_a_device_has_each_line_of_its_plan(string device)
    {
        string[] layer = ["lstm", "--training", "--device", device, .. Small[..6]];
        JsonElement json =
            JsonDocument.Parse(CommandRun.Of(["bench", "--profile", "--json", "--seconds", "0.1", .. layer]).Output).RootElement;
        JsonElement[] lines = [.. json.GetProperty("Lines").EnumerateArray()];
        JsonElement plan = JsonDocument.Parse(CommandRun.Of(["explain", "--json", .. layer]).Output).RootElement.GetProperty("plan");
        Assert.That(lines.Select(line => line.GetProperty("Text").GetString()),
            Is.EqualTo(plan.EnumerateArray().Select(line => line.GetProperty("Text").GetString())));

        // Kernels and products take time wherever they stand, and all lines together no more than the run with its notes.
        double Median(JsonElement line) => line.GetProperty("Median").GetDouble();
        Assert.That(lines.Where(line => line.GetProperty("Kind").GetString() != "the rest").Select(Median), Has.All.Positive);
        Assert.That(lines.Sum(line => line.GetProperty("Min").GetDouble()), Is.LessThan(json.GetProperty("ProfiledMedian").GetDouble()));
        Assert.That(json.GetProperty("Machine").ValueKind, Is.EqualTo(JsonValueKind.Null), "the limits of the CPU bound no device");

        CommandRun run = CommandRun.Of(["bench", "--profile", "--seconds", "0.1", .. layer]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain($"events in the queue of {device}"));
    }

    [Test]
    public void A_layer_on_a_device_is_timed()
    {
        string[] layer = ["bench", "gru", "--device", "ilgpu-cpu", "--seq", "3", "--batch", "2", "--hidden", "4", "--seconds", "0.1"];
        CommandRun run = CommandRun.Of([.. layer, "--training", "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonElement root = JsonDocument.Parse(run.Output).RootElement;
        Assert.That(root.GetProperty("device").GetString(), Is.EqualTo("ilgpu-cpu"));
        Assert.That(root.GetProperty("min").GetDouble(), Is.Positive.And.LessThanOrEqualTo(root.GetProperty("median").GetDouble()));
        foreach (string[] idle in (string[][])[["--peers"], ["--compile"], ["--passes"], ["--stream"], ["--lengths", "full"],
            ["--threads", "2"], ["--schedule", "batch"], ["--weights", "bf16"]])
            BadInputTests.Refused(CommandRun.Of(["bench", "gru", "--device", "ilgpu-cpu", .. idle]),
                $"{idle[0]} has no meaning with --device ilgpu-cpu (leave it out)");
    }
}
