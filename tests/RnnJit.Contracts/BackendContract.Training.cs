using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Contracts;

// Composed networks in training, and steps of optimisers.
public abstract partial class BackendContract
{
    private static readonly CellDefinition Lstm = CellTracer.Trace(typeof(Lstm)), Gru = CellTracer.Trace(typeof(GruResetAfter));

    private static readonly Dictionary<string, Func<NetworkBuilder, Value, Dim, Value>> Networks = new()
    {
        ["both directions, lengths"] = (net, x, h) =>
        {
            net.Lengths("lengths", "B");
            return net.Stack("layer", Lstm, x, 2, h, new StackOptions { Layer = new RecurrentOptions { Direction = Direction.Both } });
        },
        ["product of directions, projection"] = (net, x, h) => net.Stack("layer", Gru, x, 2, h, new StackOptions
        {
            Layer = new RecurrentOptions { Direction = Direction.Both, Merge = RnnJit.Networks.Merge.Product }, Projection = 7,
            Dropout = 0.2,
        }),
        ["residual, zoneout, trained start"] = (net, x, h) =>
            net.Stack("layer", Lstm.WithZoneout(0.1), x, 2, h,
                new StackOptions { Layer = new RecurrentOptions { TrainedStart = true }, Skip = Skip.Residual }),
        ["dense skips, shortcut, layer norm"] = (net, x, h) =>
            net.Stack("layer", Gru.WithLayerNorm(epsilon: 0.1), x, 2, h, new StackOptions { Skip = Skip.Dense, Shortcut = true }),
        ["backward, masked steps, recurrent dropout"] = (net, x, h) => net.Recurrent(
            "layer", Lstm.WithRecurrentDropout(0.2), x, h, new RecurrentOptions
            {
                Direction = Direction.Backward,
                StepMask = net.Input("mask", "T", "B", 1)
            }).Output,
        ["last outputs of both directions, DropConnect, weight norm"] = (net, x, h) => net.Recurrent(
            "layer", Lstm.WithWeightNorm().WithDropConnect(0.3), x, h,
                new RecurrentOptions { Direction = Direction.Both, Merge = RnnJit.Networks.Merge.Average }).Last,
        ["batch norm of steps, batch norm over time"] = (net, x, h) =>
            net.Recurrent("layer1", Gru, net.Recurrent("layer0", Lstm.WithBatchNorm(0.1), x, h), h,
                new RecurrentOptions { NormaliseInput = true }).Output,
        ["batch norm of steps and over time, lengths"] = (net, x, h) =>
        {
            net.Lengths("lengths", "B");
            Value y = net.Recurrent("layer0", Lstm.WithBatchNorm(0.1, steps: 3), x, h,
                new RecurrentOptions { Direction = Direction.Both }).Output;
            return net.Recurrent("layer1", Gru, y, h, new RecurrentOptions { NormaliseInput = true, NormaliseSteps = 6 }).Output;
        },
        ["batch-major, variational dropout"] = (net, x, h) =>
            net.SwapBatchAndTime(net.Recurrent("layer", Gru.WithVariationalDropout(0.1, 0.2),
                net.SwapBatchAndTime(net.Input("z", "B", "T", 5)), h)),
    };

    protected static IEnumerable<string> NetworkNames => Networks.Keys;

    protected static IEnumerable<Optimiser> Optimisers =>
    [
        new Adam(), new Adam { AmsGrad = true, WeightDecay = 0.1, ClipValue = 0.01 }, new Adam { Decoupled = true, WeightDecay = 0.1 },
        new Sgd { Momentum = 0.9, Nesterov = true, Dampening = 0.1 }, new Sgd(), new RmsProp { Centred = true, Momentum = 0.5 },
        new Adagrad { Start = 0.1, RateDecay = 0.01 }, new Adadelta(),
    ];

    [TestCaseSource(nameof(NetworkNames))]
    public void Composed_networks(string name)
    {
        var (program, sizes) = Network(name);
        Subject.Check(program, sizes, CellProgram.Draw(program, sizes));
    }

    // Masks are drawn, gradients, norm and update computed, states carried: one Program, whose oracle is the interpreter.
    [Test]
    public void Training_steps([ValueSource(nameof(Optimisers))] Optimiser optimiser, [Values(null, 0.05)] double? clip)
    {
        var net = new NetworkBuilder("Step");
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), net.Dropout("drop", net.Input("x", "T", "B", 4), 0.25),
            net.Size("H", 5));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", h, 2), net.Input("target", "T", "B", 2)));
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = 5, ["B"] = 3 };
        Graph gradients = TrainingProgram.Of(net.Build());
        var step = new TrainingStep(optimiser, clip, CarryState: true);
        Graph whole = step.Append(GraphMapper.WithPrecision(gradients, ElementType.F64));
        Dictionary<string, NdArray> data = DrawStep(whole, sizes), wanted = Interpreter.Run(whole, data, sizes);
        Assert.That(wanted[TrainingStep.Finite].Data[0], Is.EqualTo(1));

        var (threads, real) = Subject.Runs[^1];
        using Executable executable = Subject.Backend.Create(gradients,
            Subject.Options with { Sizes = sizes, Threads = threads, Precision = real, Step = step });
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(10 * (real == ElementType.F32 ? Subject.Single : Subject.Double)),
                name);
    }

    // A mean of squares is above the square of the mean, 0.1 above 0.09.
    private static Dictionary<string, NdArray> DrawStep(Graph program, Dictionary<string, int> sizes)
    {
        var random = new Random(4);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            int[] shape = [.. port.Type.Dims.Select(dim => dim.Evaluate(sizes))];
            return port.Name == TrainingStep.Random
                ? new NdArray(shape, [7, 0, 3, 0, 0, sizes["B"]])
                : new NdArray(shape,
                    [.. Enumerable.Range(0, NdArray.Size(shape)).Select(_ => (double)(float)(0.1 + (0.2 * random.NextDouble())))]);
        });
    }

    private static (Graph Program, Dictionary<string, int> Sizes) Network(string name)
    {
        var net = new NetworkBuilder("Composed");
        Value y = net.Dense("head", Networks[name](net, net.Input("x", "T", "B", 5), net.Size("H", 12)), 3);
        net.Output("loss", Rnn.TotalMean(y * y));
        return (TrainingProgram.Of(net.Build()), new Dictionary<string, int>(net.Sizes) { ["T"] = 4, ["B"] = 8 });
    }
}
