using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Peers;
using RnnJit.Cli.Timing;

namespace RnnJit.Cli.Tests.Peers;

public class PeerTurnsTests
{
    [Test]
    public void Json_holds_each_tool_with_its_times_against_ours()
    {
        var turns = new PeerTurns(new RunTimes([2]),
            [new PeerTimes("Tool 1", new RunTimes(Enumerable.Range(1, 100).Select(i => (double)i)), new PeerDifference("y", 0, 0, 1))],
            [("Other", "it is not here")]);
        JsonElement[] peers = [.. JsonDocument.Parse(JsonSerializer.Serialize(turns.ToJson())).RootElement.EnumerateArray()];
        Assert.That(((string[])["min", "median", "p95", "ratio"]).Select(name => peers[0].GetProperty(name).GetDouble()),
            Is.EqualTo([1, 51, 96, 0.5]));
        Assert.That(peers[1].GetProperty("missing").GetString(), Is.EqualTo("it is not here"));
    }
}
