using System.Diagnostics;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Tests.Commands;

[NonParallelizable]
public class WorkersTests
{
    [TestCase("busy", 4)]
    [TestCase("small", 12)]
    public void Each_layer_is_timed_in_two_numbers_of_threads(string part, int rows)
    {
        CommandRun run = CommandRun.Of("bench", "workers", "--only", part, "--seconds", "0.02", "--cell", "elman", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.That(json.RootElement.GetArrayLength(), Is.EqualTo(rows));
        foreach (JsonElement row in json.RootElement.EnumerateArray())
        {
            Assert.That(row.GetProperty("Base").GetDouble(), Is.Positive);
            Assert.That(row.GetProperty("Seconds").GetDouble(), Is.Positive);
        }
    }

    [Test]
    public void The_busy_process_spins_and_ends()
    {
        int id;
        using (var busy = new BusyProcess())
        {
            id = busy.Id;
            TimeSpan used = busy.Used;
            Assert.That(() => busy.Used - used, Is.GreaterThan(TimeSpan.FromMilliseconds(50)).After(10_000, 20));
        }

        Assert.That(() => Process.GetProcessById(id).Dispose(), Throws.ArgumentException);
    }

    [Test]
    public void A_part_that_does_not_exist_is_refused()
    {
        CommandRun run = CommandRun.Of("bench", "workers", "--only", "idle");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--only is 'idle', wanted more, busy or small (change it)"));
    }
}
