using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Networks;
using RnnJit.Passes;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Networks over batches with lengths in which kernels stand between loops, each with a loss that a mask of the lengths multiplies
/// or that ends with the rows itself.</summary>
internal static class ActiveRowNetworks
{
    public const int Steps = 6, Batch = 8;

    private static readonly CellDefinition Lstm = CellTracer.Trace(typeof(Lstm)), Gru = CellTracer.Trace(typeof(GruResetAfter));

    private static readonly Dictionary<string, Func<NetworkBuilder, Value, Dim, Value>> All = new()
    {
        ["dropout"] = (net, x, h) => net.Stack("layer", Lstm, net.Dropout("x", x, 0.1), 2, h, new StackOptions { Dropout = 0.2 }),
        ["residual"] = (net, x, h) => net.Stack("layer", Gru, x, 3, h, new StackOptions { Skip = Skip.Residual }),
        ["dense skips, both directions multiplied"] = (net, x, h) => net.Stack("layer", Lstm, x, 2, h, new StackOptions
        {
            Skip = Skip.Dense,
            Layer = new RecurrentOptions { Direction = Direction.Both, Merge = RnnJit.Networks.Merge.Product }
        }),
        ["normalised input"] = (net, x, h) => net.Recurrent("layer", Gru, Normalised(net, "norm", net.Dense("in", x, 7)), h),
        ["normalised between layers"] = (net, x,
            h) => net.Recurrent("second", Lstm, Normalised(net, "norm", net.Recurrent("first", Gru, x, h)), h),
        ["layer norm in the cell"] = (net, x,
            h) => net.Stack("layer", Lstm.WithLayerNorm(epsilon: 0.1), x, 2, h, new StackOptions { Dropout = 0.2 }),
        ["projection of an activation"] = (net, x, h) => net.Recurrent("layer", Lstm,
            Rnn.Relu(net.Dense("in", Rnn.Tanh(net.Dense("first", x, 9)), 7)), h,
            new RecurrentOptions { Direction = Direction.Backward }).Output,
        ["embedding"] = (net, _,
            h) => net.Recurrent("layer", Gru, net.Dropout("codes", net.Embedding("codes", net.Indices("code", "T", "B"), 4, 5), 0.1), h),
    };

    // Losses that know about lengths themselves.
    private static readonly Dictionary<string, Func<NetworkBuilder, Value, Dim, Indices, Value>> Ending = new()
    {
        ["attention behind a loop"] = (net, x, h, lengths) =>
        {
            Value memory = Attention.Memory(net.Recurrent("layer", Gru, x, h));
            return Squares(net, lengths, Attention.Memory(
                Attention.Read(Attention.Weights(Attention.ScaledDot(memory, memory), Attention.Mask(lengths, "T")), memory)));
        },
        ["additive attention behind a loop, unmasked"] = (net, x, h, lengths) =>
        {
            Value memory = Attention.Memory(net.Recurrent("layer", Lstm, x, h));
            Value scores = Attention.Additive(memory, memory, new Matrix(net.Parameter("Wq", "glorot", 7, h)),
                new Matrix(net.Parameter("Wk", "glorot", 7, h)), new Vector(net.Parameter("ba", "zeros", 7)),
                new Vector(net.Parameter("va", "uniform", 7)));
            return Squares(net, lengths, net.Dense("head", Attention.Memory(Attention.Read(Attention.Weights(scores), memory)), 3));
        },
        ["general attention to another sequence"] = (net, x, h, lengths) =>
        {
            Value query = Attention.Memory(net.Recurrent("layer", Gru, x, h)), memory = net.Input("memory", "B", 4, 9);
            Value read = Attention.Read(
                Attention.Weights(Attention.General(query, memory, new Matrix(net.Parameter("Wa", "glorot", h, 9)))), memory);
            return Squares(net, lengths, net.Dense("head", Rnn.Tanh(Rnn.Concat(Attention.Memory(read), Attention.Memory(query))), 3));
        },
        ["batch first in between"] = (net, x, h, lengths) =>
        {
            Value y = net.SwapBatchAndTime(net.Recurrent("first", Gru, x, h));
            Value z = Rnn.Tanh(net.Dense("between", net.Dropout("between", y, 0.1), 7));
            return Squares(net, lengths, net.Dense("head", net.Recurrent("second", Lstm, net.SwapBatchAndTime(z), h), 3));
        },
        ["CTC"] = (net, x, h, lengths) => Loss.Ctc(net.Dense("head", net.Recurrent("layer", Lstm, x, h), 4), net.Indices("target", "B", 2),
            lengths, net.Indices("labels", "B"), blank: 3, Reduction.Sum),
    };

    public static IEnumerable<string> Names => All.Keys.Concat(Ending.Keys);

    /// <summary>Those in which nothing reads padding: no attention, and time before the batch.</summary>
    public static IEnumerable<string> Unread => All.Keys.Append("CTC");

    /// <param name="masked">Whether the loss counts rows that run only.</param>
    /// <param name="block">Steps of a block of time; 0: time is one.</param>
    public static (Graph Program, Dictionary<string, int> Sizes,
        Dictionary<string, NdArray> Data) Case(string name, bool masked = true, int block = 0)
    {
        var net = new NetworkBuilder("Net");
        Indices lengths = net.Lengths("lengths", "B");
        Value x = net.Input("x", "T", "B", 5), loss;
        Dim h = net.Size("H", 12);
        if (Ending.TryGetValue(name, out var ending))
        {
            loss = ending(net, x, h, lengths);
        }
        else
        {
            Value z = net.Dense("head", All[name](net, x, h), 3);
            loss = masked ? z * z * net.StepsOf(lengths, z) : z * z;
        }

        net.Output("loss", Rnn.Total(loss));
        Graph network = net.Build();
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = Steps, ["B"] = Batch };
        if (block > 0)
        {
            var (blocked, symbol, blocks) = StripMineTime.Run(network, "T", Steps, block);
            (network, sizes[symbol!]) = (blocked, blocks);
        }

        Graph program = Differentiate.Run(network, "loss", network.Inputs.Where(
            port => port.Type.IsReal && (port.Name == "x" || port.Role == PortRole.Parameter)).Select(port => port.Name).ToArray());
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);

        // A row has no more labels than steps.
        if (data.TryGetValue("labels", out NdArray? labels))
            data["lengths"].Data.Select(length => Math.Min(length, 1)).ToArray().CopyTo(labels.Data, 0);
        return (program, sizes, data);
    }

    private static Value Squares(NetworkBuilder net, Indices lengths, Value z) => Rnn.Total(z * z * net.StepsOf(lengths, z));

    // To mean 0 and variance 1 over the units, then a trained gain and shift.
    private static Value Normalised(NetworkBuilder net, string name, Value x)
    {
        Dim width = x.Type.Dims[2];
        return Rnn.LayerNorm(x, net.Parameter(name + ".gain", "ones", width), net.Parameter(name + ".shift", "zeros", width), 0.1);
    }
}
