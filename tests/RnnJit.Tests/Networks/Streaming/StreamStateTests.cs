using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks.Streaming;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class StreamStateTests
{
    private Model model = null!;
    private StreamingModel streaming = null!;

    [SetUp]
    public void Make()
    {
        model = StreamSamples.Stacked();
        streaming = new StreamingModel(model);
    }

    [TearDown]
    public void Free()
    {
        streaming.Dispose();
        model.Dispose();
    }

    [Test]
    public void A_clone_goes_on_from_here_on_its_own()
    {
        using StreamState state = streaming.NewState();
        Run(state, 0, 4);
        using StreamState clone = state.Clone();
        Assert.That(clone.Steps, Is.EqualTo(4));
        float[] wanted = Run(state, 4, 9);
        Assert.That(Run(clone, 4, 9), Is.EqualTo(wanted));
        Assert.That(Run(clone, 9, 10), Is.Not.EqualTo(wanted));
        Assert.That(state.Steps, Is.EqualTo(9));
    }

    [Test]
    public void Restore_goes_back_to_a_snapshot_in_any_state_of_the_model()
    {
        using StreamState state = streaming.NewState();
        Run(state, 0, 4);
        byte[] snapshot = state.Snapshot();
        float[] wanted = Run(state, 4, 9);
        state.Restore(snapshot);
        Assert.That(state.Steps, Is.EqualTo(4));
        Assert.That(Run(state, 4, 9), Is.EqualTo(wanted));

        using var again = new StreamingModel(model);
        using StreamState other = again.NewState();
        other.Restore(snapshot);
        Assert.That(Run(other, 4, 9), Is.EqualTo(wanted));
        Assert.That(other.Snapshot(), Is.EqualTo(state.Snapshot()));
    }

    [Test]
    public void Reset_is_the_beginning()
    {
        using StreamState state = streaming.NewState();
        float[] wanted = Run(state, 0, 5);
        state.Reset();
        Assert.That(state.Steps, Is.Zero);
        Assert.That(Run(state, 0, 5), Is.EqualTo(wanted));
    }

    [Test]
    public void Carried_values_are_read_and_written_by_name()
    {
        using StreamState a = streaming.NewState(), b = streaming.NewState();
        Run(a, 0, 3);
        Assert.That(streaming.StateNames, Is.EquivalentTo(new[] { "layer0.h0", "layer0.c0", "layer1.h0", "layer1.c0" }));
        foreach (string name in streaming.StateNames)
        {
            Assert.That(a[name].Shape, Is.EqualTo(new[] { 1, 5 }));
            Assert.That(a[name].ToNdArray().Data, Has.Some.Not.Zero);
            b[name].CopyFrom(a[name]);
        }

        Assert.That(Run(b, 3, 6), Is.EqualTo(Run(a, 3, 6)));
    }

    [Test]
    public void What_does_not_fit_is_named()
    {
        using StreamState state = streaming.NewState();
        using var two = new StreamingModel(model, batch: 2);
        using StreamState other = two.NewState();
        var y = new float[2];
        Assert.That(() => streaming.Step([1f, 2f], state, y), Throws.ArgumentException.With.Message.EqualTo(
            "'x' wants 3 real numbers a step, found 2 real numbers (give one step of all rows)"));
        Assert.That(() => streaming.Step(7, state, y),
            Throws.ArgumentException.With.Message.EqualTo("'x' wants 3 real numbers a step, found 1 integers (give one step of all rows)"));
        Assert.That(() => streaming.Step([1f, 2f, 3f], state, new float[3]),
            Throws.ArgumentException.With.Message.EqualTo("The result 'y' has 2 numbers a step, found room for 3 (make y that long)"));
        Assert.That(() => streaming.Step([1f, 2f, 3f], other, y),
            Throws.ArgumentException.With.Message.Contains("belongs to another model"));
        Assert.That(() => state.CopyFrom(other), Throws.ArgumentException.With.Message.Contains("belongs to another model"));
        Assert.That(() => state.Restore(new byte[5]),
            Throws.ArgumentException.With.Message.Contains($"has {state.SnapshotBytes} bytes, found 5"));
        Assert.That(() => state.Snapshot(new byte[5]),
            Throws.ArgumentException.With.Message.Contains($"has {state.SnapshotBytes} bytes, found room for 5"));
        Assert.That(() => new StreamingModel(model, batch: 0),
            Throws.ArgumentException.With.Message.Contains("'B' is 0, wanted at least 1"));
        byte[] foreign = state.Snapshot();
        foreign[0] ^= 1;
        Assert.That(() => state.Restore(foreign), Throws.ArgumentException.With.Message.Contains("was taken of another model"));
        Assert.That(() => state["h"], Throws.TypeOf<UnknownNameException>());
        Assert.That(state.Steps, Is.Zero, "nothing ran");
    }

    [Test]
    public void A_code_outside_the_vocabulary_leaves_the_state_as_it_was()
    {
        using Model characters = StreamSamples.Characters();
        using var codes = new StreamingModel(characters);
        using StreamState state = codes.NewState();
        var y = new float[11];
        codes.Step(3, state, y);
        byte[] before = state.Snapshot();
        Assert.That(() => codes.Step(11, state, y),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("holds index 11, wanted 0 to 10"));
        Assert.That(state.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void A_disposed_state_does_not_step()
    {
        StreamState state = streaming.NewState();
        state.Dispose();
        Assert.That(() => streaming.Step([1f, 2f, 3f], state, new float[2]), Throws.TypeOf<ObjectDisposedException>());
    }

    private float[] Run(StreamState state, int from, int to)
    {
        var y = new float[2];
        for (int t = from; t < to; t++)
            state.Model.Step([MathF.Sin(t), MathF.Cos(t), t], state, y);
        return y;
    }
}
