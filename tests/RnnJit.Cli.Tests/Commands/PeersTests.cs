using System.Text.Json;
using System.Text.RegularExpressions;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>bench --peers</c>, whatever is installed: each tool is measured and compared, or named with the reason.</summary>
public class PeersTests
{
    private static readonly string[] Small =
        ["--hidden", "8", "--seq", "4", "--batch", "2", "--seconds", "0.01", "--threads", "1", "--peers"];

    [Test]
    public void Each_tool_is_measured_or_skipped([Values("lstm", "gruresetafter", "elmanrelu", "lstmpeephole", "mgu")] string cell)
    {
        CommandRun run = CommandRun.Of(["bench", cell, "--training", .. Small]);
        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        foreach (string tool in (string[])["PyTorch", "ONNX Runtime", "oneDNN"])
            Assert.That(run.Output, Does.Match($@"(?m)^{tool}( [^\n:]*)?: (skipped, \S|min [\d.]+ ms)"));
        foreach (Match found in Regex.Matches(run.Output, @"(?m)^  .*$"))
            Assert.That(found.Value, Does.Match(
                @"^  [\d.]+ × ours \(minima\), [\d.]+ × \(medians\); largest difference \S+, relative \S+ in \w+ \(allowed 2.0e-5\)"));
    }

    [Test]
    public void Json_names_all_three()
    {
        CommandRun run = CommandRun.Of(["bench", "lstm", "--json", .. Small]);
        JsonElement[] peers = [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("peers").EnumerateArray()];
        Assert.That(peers.Select(peer => peer.GetProperty("tool").GetString()!.Split(' ')[0]),
            Is.EquivalentTo(["PyTorch", "ONNX", "oneDNN"]));
    }

    [Test]
    public void A_chart_is_drawn()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of(["bench", "lstm", "--hidden", "8", "--seq", "4", "--batch", "2", "--seconds", "0.01", "--threads",
            "1", "--svg", folder.File("chart.svg")]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(File.ReadAllText(folder.File("chart.svg")),
            Does.Contain("Lstm forward 4,2,8, 1 thread").And.Contain("limit").And.Contain("RnnJit"));
    }

    [TestCase("weights bf16", "--weights", "bf16")]
    [TestCase("f64", "--precision", "f64")]
    public void Report_and_chart_say_what_is_not_the_usual(string unusual, params string[] options)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of(["bench", "lstm", .. Small[..^1], .. options, "--svg", folder.File("chart.svg")]);
        Assert.That(run.Output, Does.Contain($"RnnJit Lstm, {unusual}: min "));
        Assert.That(File.ReadAllText(folder.File("chart.svg")), Does.Contain($"Lstm forward 4,2,8, {unusual}, 1 thread"));
    }

    [Test]
    public void Options_that_have_no_meaning_are_refused()
    {
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--passes", "--peers"), "--passes has no meaning with --peers");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--compile", "--svg", "x.svg"), "--compile has no meaning with --svg");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--profile", "--peers"), "--profile has no meaning with --peers");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--compile", "--passes"), "--compile and --passes time different things");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--compile", "--seq", "100"), "--compile has no meaning with --seq");
        BadInputTests.Refused(CommandRun.Of("bench", "lstm", "--svg", "no/such/folder/x.svg"), "does not exist (create it first)");
    }
}
