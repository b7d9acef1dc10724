using System.Text.Json;

namespace RnnJit.Cli.Tests.Commands;

public class StreamTests
{
    private static readonly string[] Small = ["--stream", "--input", "1", "--hidden", "6", "--seconds", "0.01"];

    [TestCase("f32")]
    [TestCase("bf16")]
    [TestCase("f16")]
    public void A_stream_is_timed_and_allocates_nothing(string weights)
    {
        CommandRun run = CommandRun.Of(["bench", "lstm", .. Small, "--weights", weights, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        double Number(string name) => result.RootElement.GetProperty(name).GetDouble();
        Assert.That((Number("Batch"), Number("Hidden"), Number("Input"), Number("AllocatedBytes")), Is.EqualTo((1, 6, 1, 0)));
        Assert.That(Number("Min"), Is.GreaterThan(0).And.LessThanOrEqualTo(Number("Median")));
        Assert.That(Number("Median"), Is.LessThanOrEqualTo(Number("Worst")));
        Assert.That(Number("Worst"), Is.LessThanOrEqualTo(Number("Max")));
        Assert.That(Number("RealTime"), Is.EqualTo(1 / (48_000 * Number("Median"))).Within(1e-6).Percent);
        Assert.That(Number("Steps") % 64, Is.Zero);
        Assert.That((result.RootElement.GetProperty("Precision").GetString(), result.RootElement.GetProperty("Weights").GetString()),
            Is.EqualTo(("f32", weights)));
    }

    [Test]
    public void An_idle_loop_of_the_same_length_is_timed_beside_it()
    {
        CommandRun run = CommandRun.Of(["bench", "gru", .. Small, "--json"]);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement, idle = json.GetProperty("Idle");
        double Idle(string name) => idle.GetProperty(name).GetDouble();
        Assert.That(Idle("Block"),
            Is.InRange(64 * json.GetProperty("Min").GetDouble() - 1e-9, 64 * json.GetProperty("Max").GetDouble() + 1e-9),
            "as long as our blocks");
        Assert.That(Idle("Worst"), Is.GreaterThanOrEqualTo(Idle("Block") - 1e-6).And.LessThanOrEqualTo(Idle("Max")));
        Assert.That(Idle("Blocks"), Is.GreaterThanOrEqualTo(8), "one a turn at least");
        Assert.That(CommandRun.Of(["bench", "gru", .. Small]).Output, Does.Match(
            @"a block: p99.99 [\d.]+ µs, max [\d.]+ µs; an idle loop of [\d.]+ µs in the same run: p99.99 [\d.]+ µs, max [\d.]+ µs"));
    }

    [Test]
    public void Lines_say_it_for_people() =>
        Assert.That(CommandRun.Of(["bench", "gru", .. Small]).Output,
            Does.Contain("RnnJit Gru, 1 → 6, batch 1").And.Contain("× real time at 48 kHz; 0 bytes allocated"));

    [TestCase("RnnJit Gru, 1 → 6, batch 1, weights bf16, one thread:", "--weights", "bf16")]
    [TestCase("RnnJit Gru, 1 → 6, batch 1, f64, one thread:", "--precision", "f64")]
    [TestCase("RnnJit Gru, 1 → 6, batch 1, without fuse, one thread:", "--without", "fuse")]
    [TestCase("RnnJit Gru, 1 → 6, batch 1, one thread:")]
    public void What_is_not_the_usual_is_said(string line, params string[] options) =>
        Assert.That(CommandRun.Of(["bench", "gru", .. Small, .. options]).Output, Does.StartWith(line));

    [Test]
    public void Bad_input()
    {
        BadInputTests.Refused(CommandRun.Of(["bench", "lstm", .. Small, "--training"]),
            "--stream runs one step at a time forwards, so --training has no meaning");
        BadInputTests.Refused(CommandRun.Of(["bench", "lstm", .. Small, "--seq", "4"]), "so --seq has no meaning");
        BadInputTests.Refused(CommandRun.Of(["bench", "lstm", .. Small, "--threads", "2"]),
            "--stream runs on one thread, so --threads 2 has no meaning (leave it out)");
        BadInputTests.Refused(CommandRun.Of(["bench", "mingru", .. Small, "--parallel-time", "2"]), "so --parallel-time has no meaning");
        BadInputTests.Refused(CommandRun.Of(["bench", "lstm", .. Small, "--schedule", "batch"]), "so --schedule has no meaning");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--weights", "f8"), "--weights is 'f8', wanted f32, bf16, f16");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--training", "--weights", "f16"), "--weights in 16 bits are for inference");
    }
}
