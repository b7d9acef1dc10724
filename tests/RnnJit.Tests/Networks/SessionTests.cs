using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Tests.Networks;

public class SessionTests
{
    private const int T = 4, B = 2, X = 3;

    // Two loops with states of their own and a head over the last step, as classifiers have it.
    private static Model Classifier(Device backend)
    {
        var net = new NetworkBuilder("Classifier");
        Value h = net.Recurrent("first", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", X), net.Size("H", 5));
        Value y = net.Recurrent("second", CellRegistry.Find(typeof(Gru)), h, net.Size("K", 4));
        net.Output("y", net.Dense("head", y, 2));
        return new Model(net, new ModelOptions { Device = backend });
    }

    private static double[] Inputs(int steps, int from = 0) =>
        [.. Enumerable.Range(from * B * X, steps * B * X).Select(i => Math.Sin(1.7 * i))];

    private static double[] Run(Session session, double[] x)
    {
        session.Input("x").Set(x);
        session.Run();
        return session.Output("y").ToNdArray().Data;
    }

    [TestCase("cpu")]
    [TestCase("scalar")]
    [TestCase("interpreter")]
    public void The_same_input_gives_the_same_result_twice(string device)
    {
        using Model model = Classifier(Device.Parse(device));
        using Session session = model.Open(new SessionOptions { Steps = T, Batch = B });
        double[] first = Run(session, Inputs(T));
        Assert.That(Run(session, Inputs(T)), Is.EqualTo(first));
        for (int s = 0; s < session.State.Names.Count; s++)
        {
            Assert.That(session.State[s].ToNdArray().Data, Has.All.Zero, session.State.Names[s]);
            Assert.That(session.State.Final(s).ToNdArray().Data, Has.Some.Not.Zero, session.State.Names[s]);
        }
    }

    [TestCase("cpu")]
    [TestCase("interpreter")]
    public void Carried_states_join_the_parts_of_a_sequence(string device)
    {
        using Model model = Classifier(Device.Parse(device));
        using Session whole = model.Open(new SessionOptions { Steps = 2 * T, Batch = B });
        using Session parts = model.Open(new SessionOptions { Steps = T, Batch = B, CarryState = true });
        double[] wanted = Run(whole, Inputs(2 * T)), first = Run(parts, Inputs(T)), second = Run(parts, Inputs(T, from: T));
        Assert.That(parts.State.Names, Is.EquivalentTo(new[] { "first.h0", "first.c0", "second.h0" }));
        Assert.That(first.Concat(second), Is.EqualTo(wanted).Within(1e-6));

        using Session apart = model.Open(new SessionOptions { Steps = T, Batch = B });
        Run(apart, Inputs(T));
        Assert.That(Run(apart, Inputs(T, from: T)), Is.Not.EqualTo(second).Within(1e-3));
    }

    [Test]
    public void A_run_starts_from_the_states_that_the_caller_wrote()
    {
        using Model model = Classifier(Device.Cpu);
        using Session parts = model.Open(new SessionOptions { Steps = T, Batch = B, CarryState = true });
        using Session session = model.Open(new SessionOptions { Steps = T, Batch = B });
        Run(parts, Inputs(T));
        for (int s = 0; s < session.State.Names.Count; s++)
            session.State[s].CopyFrom(parts.State[s]);
        double[] wanted = Run(parts, Inputs(T));
        Assert.That(Run(session, Inputs(T)), Is.EqualTo(wanted));
        Assert.That(Run(session, Inputs(T)), Is.EqualTo(wanted));
    }

    [Test]
    public void A_step_of_a_session_carries_only_if_asked()
    {
        using Model model = Classifier(Device.Cpu);
        using Session apart = model.Open(new SessionOptions()), carried = model.Open(new SessionOptions { CarryState = true });
        float[] Step(Session session) => session.Step([1, 2, 3]).Read<float>().ToArray();
        float[] first = Step(apart);
        Assert.That(Step(apart), Is.EqualTo(first));
        Assert.That(Step(carried), Is.EqualTo(first));
        float[] second = Step(carried);
        Assert.That(second, Is.Not.EqualTo(first));
        model.Step([1, 2, 3]);
        Assert.That(model.Step([1, 2, 3]).Read<float>().ToArray(), Is.EqualTo(second));
    }

    [TestCase(0, 1, "'Steps' is 0, wanted at least 1 (give the number of time steps)")]
    [TestCase(1, -1, "'Batch' is -1, wanted at least 1 (give the number of rows)")]
    public void A_size_below_1_is_named(int steps, int batch, string sentence)
    {
        using Model model = Classifier(Device.Cpu);
        Assert.That(() => model.Open(new SessionOptions { Steps = steps, Batch = batch }),
            Throws.ArgumentException.With.Message.EqualTo(sentence));
    }
}
