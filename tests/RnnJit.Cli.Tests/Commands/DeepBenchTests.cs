using System.Text.Json;
using RnnJit.Cli.Benchmarks.DeepBench;

namespace RnnJit.Cli.Tests.Commands;

public class DeepBenchTests
{
    [Test]
    public void The_lists_are_complete()
    {
        Assert.That(
            DeepBenchKernel.All.GroupBy(kernel => (kernel.Set, kernel.Cell)).Select(group => (group.Key, group.Count())), Is.EqualTo([
            (("training", "vanilla"), 12), (("training", "lstm"), 22), (("training", "gru"), 18), (("server", "lstm"), 15),
            (("server", "gru"), 54), (("device", "vanilla"), 2), (("device", "lstm"), 1)]));
        Assert.That(DeepBenchKernel.All.Distinct().Count(), Is.EqualTo(DeepBenchKernel.All.Count));
    }

    [Test]
    public void A_list_is_printed_and_filtered()
    {
        CommandRun run = CommandRun.Of("bench", "deepbench", "--list", "--set", "training", "--cell", "gru", "--hidden", "1024");
        Assert.That(run.Output.ReplaceLineEndings("\n").TrimEnd(),
            Is.EqualTo("set       cell     H   B     T\ntraining  gru   1024  32  1500\ntraining  gru   1024  64  1500"));
        JsonElement[] kernels = [.. JsonDocument.Parse(
            CommandRun.Of("bench", "deepbench", "--list", "--set", "device", "--json").Output).RootElement.EnumerateArray()];
        Assert.That(kernels.Select(kernel => kernel.GetProperty("Steps").GetInt32()), Is.EqualTo([672, 96, 150]));
    }

    [Test]
    public void Long_kernels_are_sampled_and_say_so()
    {
        CommandRun run =
            CommandRun.Of("bench", "deepbench", "--quick", "--set", "device", "--cell", "vanilla", "--most-steps", "96", "--threads", "1");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Match(@"device\s+vanilla\s+32\s+1\s+672\s+≈ [\d.]+").And
            .Match(@"device\s+vanilla\s+64\s+1\s+96\s+[\d.]+").And.Contain("scaled"));
        Assert.That(run.Error, Does.StartWith("1 of 2: vanilla device 672,1,32").And.Contain("2 of 2").And.Contain("left"));
        CommandRun json = CommandRun.Of("bench", "deepbench", "--quick", "--set", "device", "--hidden", "32", "--most-steps", "10",
            "--threads", "1", "--json");
        JsonElement row = JsonDocument.Parse(json.Output).RootElement.GetProperty("rows")[0];
        Assert.That(row.GetProperty("sampled").GetBoolean());
        Assert.That(row.GetProperty("measured").GetProperty("weightBytes").GetInt64(), Is.EqualTo(32 * (32 + 32 + 1) * sizeof(float)));
        Assert.That(row.GetProperty("seconds").GetDouble(),
            Is.EqualTo(row.GetProperty("measured").GetProperty("min").GetDouble() * 67.2).Within(1e-9));
    }

    [Test]
    public void Bad_input()
    {
        BadInputTests.Refused(CommandRun.Of("bench", "deepbench", "--set", "phone"),
            "--set is 'phone', wanted training, server, device (change it)");
        BadInputTests.Refused(CommandRun.Of("bench", "deepbench", "--cell", "mgu"),
            "--cell is 'mgu', wanted vanilla, lstm, gru (change it)");
        BadInputTests.Refused(CommandRun.Of("bench", "deepbench", "--hidden", "3"), "DeepBench has no such kernel");
        BadInputTests.Refused(CommandRun.Of("bench", "deepbench", "--most-steps", "-1"),
            "--most-steps is -1, wanted 0 or more (change it)");
    }
}
