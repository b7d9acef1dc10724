using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Composed networks in training: on compiled kernels only, as the oracle computes them, and the same for any number of threads.</summary>
public class ComposedNetworkTests
{
    private static readonly CellDefinition Lstm = CellTracer.Trace(typeof(Lstm)), Gru = CellTracer.Trace(typeof(GruResetAfter));

    private static readonly Dictionary<string, Func<NetworkBuilder, Value, Dim, Value>> Networks = new()
    {
        ["both directions, lengths"] = (net, x, h) =>
        {
            net.Lengths("lengths", "B");
            return net.Stack("layer", Lstm, x, 2, h, new StackOptions { Layer = new RecurrentOptions { Direction = Direction.Both } });
        },
        ["product of directions, projection"] = (net, x, h) =>
            net.Stack("layer", Gru, x, 2, h, new StackOptions { Layer = new RecurrentOptions { Direction = Direction.Both, Merge = Merge.Product }, Projection = 7, Dropout = 0.2 }),
        ["residual, zoneout, trained start"] = (net, x, h) =>
            net.Stack("layer", Lstm.WithZoneout(0.1), x, 2, h, new StackOptions { Layer = new RecurrentOptions { TrainedStart = true }, Skip = Skip.Residual }),
        ["dense skips, shortcut, layer norm"] = (net, x, h) =>
            net.Stack("layer", Gru.WithLayerNorm(epsilon: 0.1), x, 2, h, new StackOptions { Skip = Skip.Dense, Shortcut = true }),
        ["backward, masked steps, recurrent dropout"] = (net, x, h) => net.Recurrent(
            "layer", Lstm.WithRecurrentDropout(0.2), x, h, new RecurrentOptions { Direction = Direction.Backward, StepMask = net.Input("mask", "T", "B", 1) }).Output,
        ["last outputs of both directions, DropConnect, weight norm"] = (net, x, h) => net.Recurrent(
            "layer", Lstm.WithWeightNorm().WithDropConnect(0.3), x, h, new RecurrentOptions { Direction = Direction.Both, Merge = Merge.Average }).Last,
        ["batch norm of steps, batch norm over time"] = (net, x, h) =>
            net.Recurrent("layer1", Gru, net.Recurrent("layer0", Lstm.WithBatchNorm(0.1), x, h), h, new RecurrentOptions { NormaliseInput = true }).Output,
        ["batch norm of steps and over time, lengths"] = (net, x, h) =>
        {
            net.Lengths("lengths", "B");
            Value y = net.Recurrent("layer0", Lstm.WithBatchNorm(0.1, steps: 3), x, h, new RecurrentOptions { Direction = Direction.Both }).Output;
            return net.Recurrent("layer1", Gru, y, h, new RecurrentOptions { NormaliseInput = true, NormaliseSteps = 6 }).Output;
        },
        ["batch-major, variational dropout"] = (net, x, h) => net.SwapBatchAndTime(net.Recurrent("layer", Gru.WithVariationalDropout(0.1, 0.2), net.SwapBatchAndTime(net.Input("z", "B", "T", 5)), h)),
    };

    private static IEnumerable<string> Names => Networks.Keys;

    [TestCaseSource(nameof(Names))]
    public void A_composed_network_stays_on_compiled_kernels(string name)
    {
        var net = new NetworkBuilder("Composed");
        Value y = net.Dense("head", Networks[name](net, net.Input("x", "T", "B", 5), net.Size("H", 12)), 3);
        net.Output("loss", Rnn.TotalMean(y * y));
        Graph program = TrainingProgram.Of(net.Build());
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = 4, ["B"] = 8 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), expected = Interpreter.Run(program, data, sizes);
        foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
        {
            using Executable one = CellProgram.Create(program, sizes, 1, real), two = CellProgram.Create(program, sizes, 2, real);
            Assert.That(one.Plan.Select(line => line.Provider), Has.None.EqualTo("interpreted"));
            Assert.That(one.Plan.Select(line => line.Text), Has.None.Contains("interpreted"));
            Dictionary<string, NdArray> found = CellProgram.Run(one, data);
            foreach (var (output, value) in expected)
                Assert.That(Bits.Distance(found[output], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12), $"{output}, {real}");
            Bits.AssertEqual(CellProgram.Run(two, data), found, "2 threads");
        }
    }
}
