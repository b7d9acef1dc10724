using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Peers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Peers;

/// <summary>The notes on conditions of the peers that differ from ours.</summary>
public class PeerNotesTests
{
    private static readonly LayerRequest Layer = new(CellRegistry.Find(typeof(Lstm)));

    private static PeerTurns Turns(params string[] tools) =>
        new(new RunTimes([1]), [.. tools.Select(tool => new PeerTimes(tool, new RunTimes([2]), new PeerDifference("y", 0, 0, 1)))], []);

    [Test]
    public void Peers_read_float32_where_ours_are_in_16_bits()
    {
        LayerRequest stored = Layer with { Weights = WeightStorage.BFloat16 };
        Assert.That(PeerNotes.Of([(Layer, Turns("PyTorch 2.1")), (stored, Turns("PyTorch 2.1")), (stored, Turns("oneDNN 2.6"))], bits: 0),
            Is.EqualTo(["Peers read float32 weights where ours are stored as bf16."]));
    }

    [TestCase(128, "ONNX Runtime has no switch for vectors: it uses the widest of the machine, all others at most 128 bits.")]
    [TestCase(256, "ONNX Runtime has no switch for vectors: it uses the widest of the machine, all others at most 256 bits.")]
    [TestCase(512)]
    [TestCase(0)]
    public void Who_cannot_be_held_to_narrow_vectors_is_named(int bits, params string[] notes) =>
        Assert.That(PeerNotes.Of([(Layer, Turns("PyTorch 2.1", "ONNX Runtime 1.20", "oneDNN 2.6"))], bits), Is.EqualTo(notes));

    [Test]
    public void Nothing_is_said_where_nothing_is_compared() => Assert.That(
        PeerNotes.Of([(Layer with { Weights = WeightStorage.Half }, Turns()), (Layer, Turns("PyTorch 2.1"))], bits: 128), Is.Empty);
}
