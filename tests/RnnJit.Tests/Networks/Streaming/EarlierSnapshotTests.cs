using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Tests.Networks.Streaming;

/// <summary>A snapshot taken by an earlier version, whose name for <c>sequence_mask</c> was <c>prefix</c>, is still the model's.</summary>
public class EarlierSnapshotTests
{
    private const string Snapshot = "95CA3DF20A30C1060100000000000000020000000000803F0000004000000000";

    private const string Masked = """
        program Masked
          input x: f32[T, B, H]
          input lengths: i32[B]
          state h: f32[B, H]
          %0, %1 = scan[T] x, h, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant n: i32[B]
            %0 = prefix[H : f32] n
            %1 = mul x, %0
            %2 = add %1, h
            next h = %2
            yield y = %2
          }
          return y = %1
          next h = %0
        """;

    [TestCase("prefix")]
    [TestCase("sequence_mask")]
    public void A_snapshot_of_an_earlier_version_is_restored(string name)
    {
        using StreamingModel model = Model(Masked.Replace("prefix", name));
        using StreamState state = model.NewState();
        state.Restore(Convert.FromHexString(Snapshot));
        Assert.That(Convert.ToHexString(state.Snapshot()), Is.EqualTo(Snapshot));

        var y = new float[3];
        model.Step([10f, 20f, 30f], state, y.AsSpan());
        Assert.That(y, Is.EqualTo(new float[] { 11, 22, 0 }));
    }

    [Test]
    public void Another_model_refuses_it()
    {
        using StreamingModel model = Model(Masked.Replace("mul x", "add x"));
        using StreamState state = model.NewState();
        Assert.That(() => state.Restore(Convert.FromHexString(Snapshot)),
            Throws.ArgumentException.With.Message.Contains("taken of another model"));
    }

    private static StreamingModel Model(string program) =>
        new(Parser.Parse(program), new ExecutableOptions { Sizes = new Dictionary<string, int> { ["B"] = 1, ["H"] = 3 } });
}
