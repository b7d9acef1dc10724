using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>A training step is one Program: the interpreters of Programs and of plans are its oracles, and so are finite numbers and
/// bits.</summary>
public class TrainingStepTests
{
    private const int Steps = 5, Batch = 3;

    private static readonly Optimiser[] Optimisers =
    [
        new Adam(), new Adam { AmsGrad = true, WeightDecay = 0.1, ClipValue = 0.01 }, new Adam { Decoupled = true, WeightDecay = 0.1 },
        new Sgd { Momentum = 0.9, Nesterov = true, Dampening = 0.1 },
        new Sgd(), new RmsProp { Centred = true, Momentum = 0.5 }, new Adagrad { Start = 0.1, RateDecay = 0.01 }, new Adadelta(),
    ];

    [Test]
    public void A_step_is_text([ValueSource(nameof(Optimisers))] Optimiser optimiser)
    {
        Graph program = new TrainingStep(optimiser, 0.05, CarryState: true)
            .Append(GraphMapper.WithPrecision(TrainingProgram.Of(Network().Build()), ElementType.F64));
        Verify.Verifier.Check(program);
        Assert.That(Text.Parser.Parse(program.ToString()), Is.EqualTo(program));
    }

    [Test]
    public void The_oracle_trains_too()
    {
        double[] Trained(Device device)
        {
            using var model = new Model(Network(), new ModelOptions { Seed = 2, Precision = ElementType.F64, Device = device });
            using var trainer = new Trainer(model, Steps, Batch, new TrainerOptions { CarryState = true, ClipNorm = 0.5 });
            var random = new Random(3);
            var losses = new List<double>();
            for (int update = 0; update < 5; update++)
            {
                foreach (string name in (string[])["x", "target"])
                    trainer.Input(name).Set([.. Enumerable.Range(0, trainer.Input(name).Length).Select(_ => random.NextDouble() - 0.5)]);
                losses.Add(trainer.Step());
                losses.Add(trainer.GradientNorm);
            }

            return [.. losses, .. model.Parameters.Values.SelectMany(parameter => parameter.ToNdArray().Data)];
        }

        double[] compiled = Trained(Device.Cpu), interpreted = Trained(Device.Interpreter);
        Assert.That(compiled, Is.EqualTo(interpreted).Within(1e-11));
        Assert.That(compiled[0], Is.Not.EqualTo(compiled[2]));
    }

    [Test]
    public void A_split_step_has_the_bits_of_a_whole_one([Values(ElementType.F32, ElementType.F64)] ElementType real,
        [Values(0, 2)] int interval)
    {
        double[] Trained(bool split)
        {
            using var model = new Model(Network(), new ModelOptions { Seed = 2, Precision = real, Threads = 2 });
            using var trainer = new Trainer(model, Steps, Batch,
                new TrainerOptions { CarryState = true, ClipNorm = 0.5, SplitStep = split, CheckpointInterval = interval });
            var random = new Random(3);
            for (int update = 0; update < 20; update++)
            {
                foreach (string name in (string[])["x", "target"])
                    trainer.Input(name).Set([.. Enumerable.Range(0, trainer.Input(name).Length).Select(_ => random.NextDouble() - 0.5)]);
                trainer.Step();
            }

            return [trainer.GradientNorm, .. trainer.State[0].ToNdArray().Data,
                .. model.Parameters.Values.SelectMany(parameter => parameter.ToNdArray().Data)];
        }

        Assert.That(Trained(split: true), Is.EqualTo(Trained(split: false)));
    }

    [Test]
    public void Gradients_of_a_split_step_may_be_changed()
    {
        using var model = new Model(Network(), new ModelOptions { Seed = 2 });
        double[] before = [.. model.Parameters.Values.SelectMany(parameter => parameter.ToNdArray().Data)];
        using var trainer = new Trainer(model, Steps, Batch, new TrainerOptions { Optimiser = new Sgd(), SplitStep = true });
        trainer.Input("x").Write<float>().Fill(0.5f);
        double loss = trainer.Backward();
        Assert.That(trainer.Backward(), Is.EqualTo(loss));
        Assert.That(trainer.Gradients.ToNdArray().Data, Has.Some.Not.Zero);
        trainer.Gradients.Clear();
        trainer.Update();
        Assert.That(trainer.GradientNorm, Is.Zero);
        Assert.That(model.Parameters.Values.SelectMany(parameter => parameter.ToNdArray().Data), Is.EqualTo(before));
        trainer.Gradients.Write<float>()[0] = float.NaN;
        Assert.That(() => trainer.Update(), Throws.TypeOf<DivergenceException>());
        Assert.That(model.Parameters.Values.SelectMany(parameter => parameter.ToNdArray().Data), Is.EqualTo(before));
    }

    [Test]
    public void Parts_belong_to_a_split_step()
    {
        using var model = new Model(Network());
        using var trainer = new Trainer(model, Steps, Batch);
        Assert.That(() => trainer.Backward(),
            Throws.InvalidOperationException.With.Message.EqualTo("Backward is for a split step (set TrainerOptions.SplitStep)"));
        Assert.That(() => trainer.Update(), Throws.InvalidOperationException);
        Assert.That(() => trainer.Gradients, Throws.InvalidOperationException);
    }

    [TestCase("x", double.NaN)]
    [TestCase("target", double.PositiveInfinity)]
    public void Everything_keeps_its_bits_where_the_loss_is_not_finite(string input, double number) =>
        KeepsBits(data => data[input].Data[1] = number);

    // Each square is finite in double precision, the norm is not.
    [Test]
    public void Everything_keeps_its_bits_where_the_norm_is_not_finite() =>
        KeepsBits(data => Array.Fill(data["target"].Data, 1e200), ElementType.F64);

    [Test]
    public void A_finite_step_changes_what_it_replaces()
    {
        var (program, before, after) = Stepped(_ => { }, ElementType.F32);
        Assert.That(Replaced(program).Where(name => before[name].SequenceEqual(after[name])), Is.Empty);
    }

    // The gradient of each parameter is the other one, which the update replaces too.
    [Test]
    public void An_update_reads_what_was_there_before_it()
    {
        var net = new NetworkBuilder("Product");
        net.Output("loss",
            Rnn.Total(net.Parameter("v", "zeros", 4) * net.Parameter("w", "zeros", 4)) + Rnn.Total(0 * net.Input("x", "T", "B", 1)));
        foreach (Device device in (Device[])[Device.Cpu, Device.Interpreter])
        {
            using var model = new Model(net, new ModelOptions { Device = device });
            model.Parameters["v"].Set([1, 2, 3, 4]);
            model.Parameters["w"].Set([10, 20, 30, 40]);
            using var trainer =
                new Trainer(model, 1, 1, new TrainerOptions { Optimiser = new Sgd(), LearningRate = new ConstantRate(1), ClipNorm = null });
            trainer.Step();
            Assert.That(model.Parameters["v"].ToNdArray().Data, Is.EqualTo(new double[] { -9, -18, -27, -36 }));
            Assert.That(model.Parameters["w"].ToNdArray().Data, Is.EqualTo(new double[] { 9, 18, 27, 36 }));
        }
    }

    // Two states that swap places: each takes what the other one held.
    [Test]
    public void Carried_states_may_swap()
    {
        var builder = new GraphBuilder();
        var type = new TensorType(ElementType.F32, "B", 2);
        Value a = builder.Input("a", type, PortRole.State), b = builder.Input("b", type, PortRole.State),
            w = builder.Input("w", new TensorType(ElementType.F32, 2), PortRole.Parameter, "zeros");
        Graph program = builder.Build("program", "Swap",
            [("loss", Rnn.Total((a + b) * w), OutputRole.Result), ("a", b, OutputRole.Next), ("b", a, OutputRole.Next)]);
        using var model = new Model(program, new Dictionary<string, int>());
        using var trainer = new Trainer(model, 1, 1, new TrainerOptions { CarryState = true });
        trainer.State[0].Set([1, 2]);
        trainer.State[1].Set([3, 4]);
        trainer.Step();
        Assert.That(trainer.State[0].ToNdArray().Data, Is.EqualTo(new double[] { 3, 4 }));
        Assert.That(trainer.State[1].ToNdArray().Data, Is.EqualTo(new double[] { 1, 2 }));
    }

    [Test]
    public void No_command_copies_between_gradients_and_update()
    {
        NetworkBuilder net = Network();
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = Steps, ["B"] = Batch };
        Graph gradients = TrainingProgram.Of(net.Build());
        Plan plan =
            Executable.PlanOf(gradients, new ExecutableOptions { Sizes = sizes, Step = new TrainingStep(new Adam(), 1, CarryState: true) });
        ForEachCommand update = plan.Commands.OfType<ForEachCommand>().MaxBy(each => each.Items[0].Length)!;
        PlanBuffer[] read = [.. update.Items.SelectMany(item => item).Where(view => !view.Buffer.IsExternal).Select(view => view.Buffer)];
        Assert.That(plan.Commands.OfType<CopyCommand>().Where(copy => read.Contains(copy.To.Buffer) && copy.To.Length > 1), Is.Empty);
        Assert.That(update.Items, Has.Length.EqualTo(net.Build().Inputs.Count(port => port.Role == PortRole.Parameter)));
        Assert.That(plan.Commands.Last(), Is.TypeOf<ForEachCommand>());
    }

    private static void KeepsBits(Action<Dictionary<string, NdArray>> spoil, ElementType real = ElementType.F32)
    {
        var (program, before, after) = Stepped(spoil, real);
        Assert.That(Replaced(program).ToArray(), Has.Length.GreaterThan(10));
        foreach (string name in Replaced(program))
            Assert.That(after[name], Is.EqualTo(before[name]), name);
    }

    private static IEnumerable<string> Replaced(Graph program) =>
        program.Inputs.Where(port => port.Role is PortRole.Parameter or PortRole.State).Select(port => port.Name);

    // Bits of all inputs before and after a step.
    private static (Graph Program, Dictionary<string, double[]> Before,
        Dictionary<string, double[]> After) Stepped(Action<Dictionary<string, NdArray>> spoil, ElementType real)
    {
        NetworkBuilder net = Network();
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = Steps, ["B"] = Batch };
        Graph gradients = TrainingProgram.Of(net.Build());
        using Executable executable = Executable.Create(gradients, new ExecutableOptions
        {
            Sizes = sizes,
            Precision = real,
            Step = new TrainingStep(new Adam(), 1, CarryState: true),
            Threads = 2
        });
        Dictionary<string, NdArray> data = Draw(executable.Program, sizes);
        spoil(data);
        foreach (var (name, value) in data)
            executable.Set(name, value);
        Dictionary<string, double[]> Read() =>
            executable.Program.Inputs.ToDictionary(port => port.Name, port => executable.Input(port.Name).ToNdArray().Data);
        Dictionary<string, double[]> before = Read();
        executable.Run();
        return (executable.Program, before, Read());
    }

    private static Dictionary<string, NdArray> Run(Graph gradients, ExecutableOptions options, Dictionary<string, NdArray> data)
    {
        using Executable executable = Executable.Create(gradients, options);
        foreach (var (name, value) in data)
            executable.Set(name, value);
        executable.Run();
        return executable.Program.Outputs.ToDictionary(output => output.Name, output => executable.Output(output.Name).ToNdArray());
    }

    // Squares of moments are above 0.
    private static Dictionary<string, NdArray> Draw(Graph program, Dictionary<string, int> sizes)
    {
        var random = new Random(4);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            int[] shape = [.. port.Type.Dims.Select(dim => dim.Evaluate(sizes))];
            return port.Name == TrainingStep.Random
                ? new NdArray(shape, [7, 0, 3, 0, 0, Batch])
                : new NdArray(shape, [.. Enumerable.Range(0, NdArray.Size(shape)).Select(_ => (double)(float)(0.1 + random.NextDouble()))]);
        });
    }

    // Dropout and two states.
    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Step");
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), net.Dropout("drop", net.Input("x", "T", "B", 4), 0.25),
            net.Size("H", 5));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", h, 2), net.Input("target", "T", "B", 2)));
        return net;
    }
}
