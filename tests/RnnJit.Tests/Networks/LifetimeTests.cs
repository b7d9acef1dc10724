using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>Use after Dispose throws one sentence, whatever was disposed and whatever is used.</summary>
public class LifetimeTests
{
    private static readonly float[] X = [1, 2, 3];

    private static Model Make(int threads = 1)
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 5));
        Value y = net.Output("y", net.Dense("head", h, 2));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 2)));
        return new Model(net, new ModelOptions { Threads = threads });
    }

    // Everything that owns native memory, or borrows it from the first one.
    private sealed class Owners
    {
        public Owners()
        {
            Session = Model.Open(new SessionOptions());
            Trainer = new Trainer(Model, 2, 1);
            Streaming = new StreamingModel(Model);
            Stream = Streaming.NewState();
        }

        public Model Model { get; } = Make();

        public Session Session { get; }

        public Trainer Trainer { get; }

        public StreamingModel Streaming { get; }

        public StreamState Stream { get; }
    }

    private static IEnumerable<TestCaseData> Cases()
    {
        static TestCaseData Case(string name, Func<Owners, (Action Dispose, Action Use)> make) =>
            new TestCaseData(make).SetArgDisplayNames(name);

        yield return Case("parameters after the model", o => (o.Model.Dispose, Read(o.Model.Parameters.Values.First())));
        yield return Case("a session's run after the model", o => (o.Model.Dispose, o.Session.Run));
        yield return Case("a session's step after the model", o => (o.Model.Dispose, () => o.Session.Step(X)));
        yield return Case("a trainer's step after the model", o => (o.Model.Dispose, () => o.Trainer.Step()));
        yield return Case("a stream's step after the model", o => (o.Model.Dispose, () => o.Streaming.Step(X, o.Stream, new float[2])));
        yield return Case("a new stream after the model", o => (o.Model.Dispose, () => o.Streaming.NewState()));
        yield return Case("refresh after the model", o => (o.Model.Dispose, o.Streaming.Refresh));
        yield return Case("a streaming model after the model", o => (o.Model.Dispose, () => new StreamingModel(o.Model).Dispose()));
        yield return Case("open after the model", o => (o.Model.Dispose, () => o.Model.Open(new SessionOptions()).Dispose()));
        yield return Case("run after the model",
            o => (o.Model.Dispose, () => o.Model.Run(new Dictionary<string, NdArray> { ["x"] = new([1, 1, 3]) })));
        yield return Case("the model's own step", o => (o.Model.Dispose, () => o.Model.Step(X)));
        yield return Case("save after the model", o => (o.Model.Dispose,
            () => o.Model.Save(Path.Combine(TestContext.CurrentContext.WorkDirectory, "never-written.safetensors"))));
        yield return Case("a session's run", o => (o.Session.Dispose, o.Session.Run));
        yield return Case("a session's input", o => (o.Session.Dispose, Read(o.Session.Input("x"))));
        yield return Case("a session's output", o => (o.Session.Dispose, Read(o.Session.Output("y"))));
        yield return Case("a session's state", o => (o.Session.Dispose, Read(o.Session.State[0])));
        yield return Case("reset of a session's state", o => (o.Session.Dispose, o.Session.State.Reset));
        yield return Case("a trainer's step", o => (o.Trainer.Dispose, () => o.Trainer.Step()));
        yield return Case("a trainer's input", o => (o.Trainer.Dispose, Read(o.Trainer.Input("target"))));
        yield return Case("a trainer's state", o => (o.Trainer.Dispose, Read(o.Trainer.State[0])));
        yield return Case("a step after the streaming model",
            o => (o.Streaming.Dispose, () => o.Streaming.Step(X, o.Stream, new float[2])));
        yield return Case("a filled step after the streaming model", o => (o.Streaming.Dispose, () => o.Streaming.Step(o.Stream)));
        yield return Case("a new stream", o => (o.Streaming.Dispose, () => o.Streaming.NewState()));
        yield return Case("a step after the stream", o => (o.Stream.Dispose, () => o.Streaming.Step(X, o.Stream, new float[2])));
        yield return Case("a stream's state", o => (o.Stream.Dispose, Read(o.Stream["layer0.h0"])));
        yield return Case("a stream's input", o => (o.Stream.Dispose, Read(o.Stream.Input("x"))));
        yield return Case("a stream's output", o => (o.Stream.Dispose, Read(o.Stream.Output("y"))));
        yield return Case("a stream's state by name", o => (o.Stream.Dispose, () => _ = o.Stream["layer0.h0"]));
        yield return Case("reset", o => (o.Stream.Dispose, o.Stream.Reset));
        yield return Case("clone", o => (o.Stream.Dispose, () => o.Stream.Clone()));
        yield return Case("snapshot", o => (o.Stream.Dispose, () => o.Stream.Snapshot()));
    }

    private static Action Read(Tensor tensor) => () => _ = tensor.Read<float>()[0];

    [TestCaseSource(nameof(Cases))]
    public void Use_after_dispose_throws_one_sentence(object make)
    {
        var owners = new Owners();
        var (dispose, use) = ((Func<Owners, (Action, Action)>)make)(owners);
        dispose();
        dispose();
        Assert.That(() => use(), Throws.TypeOf<ObjectDisposedException>().With.Message.Matches(@"^[^\n]+ \([^\n]+\)$"));
    }

    private static readonly TestCaseData[] Members =
    [
        new TestCaseData((Action<Tensor>)(tensor => _ = tensor.Read<float>()[0])).SetArgDisplayNames("Read"),
        new TestCaseData((Action<Tensor>)(tensor => tensor.Write<float>()[0] = 1)).SetArgDisplayNames("Write"),
        new TestCaseData((Action<Tensor>)(tensor => tensor.Set([1, 2]))).SetArgDisplayNames("Set"),
        new TestCaseData((Action<Tensor>)(tensor => tensor.ToNdArray())).SetArgDisplayNames("ToNdArray"),
        new TestCaseData((Action<Tensor>)(tensor => tensor.Clear())).SetArgDisplayNames("Clear"),
        new TestCaseData((Action<Tensor>)(tensor => tensor.CopyFrom(new Tensor(ElementType.F32, 2)))).SetArgDisplayNames("CopyFrom"),
        new TestCaseData((Action<Tensor>)(tensor => new Tensor(ElementType.F32, 2).CopyFrom(tensor)))
            .SetArgDisplayNames("CopyFrom as source"),
    ];

    [TestCaseSource(nameof(Members))]
    public void Every_member_of_a_freed_tensor_throws(object use)
    {
        var tensor = new Tensor(ElementType.F32, 2);
        tensor.Dispose();
        tensor.Dispose();
        Assert.That(() => ((Action<Tensor>)use)(tensor),
            Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("copy the values before Dispose"));
    }

    [Test]
    public void Dispose_of_a_part_leaves_the_memory_to_its_owner()
    {
        using Model model = Make();
        Tensor weights = model.Parameters.Values.First();
        weights.Dispose();
        Assert.That(() => weights.Read<float>()[0], Throws.Nothing);
    }

    [Test]
    public void Dispose_of_an_executable_leaves_a_shared_tensor_to_its_owner()
    {
        Graph program = Parser.Parse("program P\ninput x: f32[2]\ninput w: f32[2]\n%0 = mul x, w\nreturn y = %0");
        using var shared = new Tensor(ElementType.F32, 2);
        shared.Set([3, 4]);
        Executable executable =
            Executable.Create(program, new ExecutableOptions { Shared = new Dictionary<string, Tensor> { ["w"] = shared } });
        Tensor own = executable.Input("x");
        executable.Dispose();
        Assert.That(shared.ToNdArray().Data, Is.EqualTo(new double[] { 3, 4 }));
        Assert.That(() => own.ToNdArray(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_tensor_keeps_the_memory_of_its_session_alive()
    {
        Tensor output = Unreachable();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(output.Memory.IsDisposed, Is.False);
        Assert.That(output.Read<float>()[0], Is.Not.NaN);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static Tensor Unreachable()
        {
            Session session = Make().Open(new SessionOptions());
            session.Run();
            return session.Output("y");
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [CancelAfter(60_000)]
    public void Dispose_beside_a_run_lets_the_run_end(int threads)
    {
        for (int round = 0; round < 40; round++)
        {
            Model model = Make(threads);
            Session session = model.Open(new SessionOptions { Steps = 50, Batch = 2 });
            int runs = 0;
            Exception? end = null;
            var runner = new Thread(() =>
            {
                try
                {
                    for (; ; Volatile.Write(ref runs, runs + 1))
                        session.Run();
                }
                catch (Exception e)
                {
                    end = e;
                }
            });
            runner.Start();
            Assert.That(SpinWait.SpinUntil(() => Volatile.Read(ref runs) > round || !runner.IsAlive, 30_000));
            if (round % 2 == 0)
                model.Dispose();
            session.Dispose();
            model.Dispose();
            runner.Join();
            Assert.That(end, Is.TypeOf<ObjectDisposedException>(), $"round {round}");
        }
    }

    [Test]
    public void An_output_that_is_an_input_keeps_the_numbers_of_its_run()
    {
        Graph program = Parser.Parse("program P\n  input x: f32[3]\n  %0: f32[3] = tanh x\n  return y = %0\n  return z = x\n");
        using Executable executable = Executable.Create(program, new ExecutableOptions());
        executable.Input("x").Set([1, 2, 3]);
        executable.Run();
        executable.Input("x").Set([4, 5, 6]);
        Assert.That(executable.Output("z").ToNdArray().Data, Is.EqualTo(new double[] { 1, 2, 3 }));
    }
}
