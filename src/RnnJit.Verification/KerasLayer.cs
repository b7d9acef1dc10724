using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>A layer as Keras configures it, as a Program: x [B, T, I], mask [B, T] and states in, y and final states out, with weights
/// laid out as Keras keeps them.</summary>
internal sealed class KerasLayer
{
    private static readonly string[] Known =
        ["class", "args", "units", "layer", "merge_mode", "kernel_initializer", "recurrent_initializer", "bias_initializer", "use_bias",
            "unit_forget_bias", "reset_after",
         "go_backwards", "return_sequences", "return_state", "stateful", "zero_output_for_mask", "unroll", "implementation"];

    private const string Order = "order_of_steps";

    private readonly NetworkBuilder net = new("Keras");
    private readonly Dictionary<string, NdArray> given = [];
    private readonly Value? mask;
    private readonly int steps;
    private Value x;

    private KerasLayer(int steps, int width, bool masked)
    {
        this.steps = steps;
        x = net.SwapBatchAndTime(net.Input("x", "B", "T", width));
        mask = masked ? net.Graph.Add(new ReshapeOp(["T", "B", 1]), net.SwapBatchAndTime(net.Input("mask", "B", "T"))) : null;
    }

    /// <param name="steps">T.</param>
    /// <param name="width">I.</param>
    /// <param name="masked">Whether steps are masked.</param>
    /// <returns>The Program, and what it reads beside x, mask and states: weights, and the order of steps where it is asked for.</returns>
    /// <exception cref="GoldenUnsupportedException">The configuration has something that is not known here.</exception>
    public static (Graph Program, IReadOnlyDictionary<string, NdArray> Given) Build(JsonElement config, int steps, int width, bool masked)
    {
        var layer = new KerasLayer(steps, width, masked);
        layer.Add(config);
        return (layer.net.Build(), layer.given);
    }

    private void Add(JsonElement config)
    {
        switch (Class(config))
        {
            case "Bidirectional":
                JsonElement inner = GoldenReader.Member(config, "layer");
                if (Is(inner, "go_backwards"))
                    throw new GoldenUnsupportedException("'go_backwards' inside Bidirectional has no program here");
                Return(Direct("layer", inner, Direction.Both), inner, Direction.Both, MergeOf(config));
                break;
            case "RNN":
                JsonElement[] cells =
                    GoldenReader.Items(GoldenReader.Items(GoldenReader.Member(config, "args"), "args").FirstOrDefault(), "args");
                RecurrentLayer? last = null;
                for (int i = 0; i < cells.Length; i++)
                {
                    last = Direct("cell" + i, cells[i], DirectionOf(config));
                    x = last.Output;
                }

                Return(last ?? throw new GoldenException("'args' names no cell, wanted at least one"), config, DirectionOf(config),
                    Merge.Concat);
                break;
            default:
                Return(Direct("layer", config, DirectionOf(config)), config, DirectionOf(config), Merge.Concat);
                break;
        }
    }

    private void Return(RecurrentLayer layer, JsonElement config, Direction direction, Merge merge)
    {
        bool[] directions = direction == Direction.Both ? [false, true] : [direction == Direction.Backward];
        (Value Last, Value Sequence)[] begun = mask is null ? [] : [.. directions.Select(Begun)];
        if (!Is(config, "return_sequences"))
        {
            Value[] lasts = [.. directions.Select((reverse, d) => layer.Finals[d > 0 ? "reverse.h" : "h"])];
            net.Output("y", Merged(merge,
                [.. lasts.Select((last, d) => mask is null ? last : Rnn.Select(begun[d].Last, last, net.Graph.Constant(0)))]));
            return;
        }

        Value y = Merged(merge, [.. layer.Directions.Select(
            (sequence, d) => mask is null ? sequence : Rnn.Select(begun[d].Sequence, sequence, net.Graph.Constant(0)))]);
        if (Is(config, "zero_output_for_mask") && mask is not null)
            y = mask * y;
        net.Output("y", net.SwapBatchAndTime(Is(config, "go_backwards") ? LastStepFirst(y) : y));
    }

    // Keras' output of a masked step is the one of the step before, and 0 before the first step that counts, whatever the initial state is:
    // 1 from that step on, [B, 1] at the end and [T, B, 1].
    private (Value Last, Value Sequence) Begun(bool reverse)
    {
        var body = new GraphBuilder();
        var row = new TensorType(ElementType.F32, "B", 1);
        Value counts = body.Input("counts", row, PortRole.Sequence), before = body.Input("begun", row, PortRole.State),
            begun = Rnn.Max(counts, before);
        var scan = new ScanOp(body.Build("body", "begun", [("begun", begun, OutputRole.Next), ("begun", begun, OutputRole.Yield)]), "T",
            reverse, hasLengths: false);
        Value[] results = net.Graph.AddMany(scan, mask!, net.Graph.Add(new ConstantOp(0, row)));
        return (results[0], results[1]);
    }

    private static Value Merged(Merge merge, Value[] parts) => parts.Length == 1 ? parts[0] : merge switch
    {
        Merge.Sum => parts[0] + parts[1],
        Merge.Product => parts[0] * parts[1],
        Merge.Average => 0.5 * (parts[0] + parts[1]),
        _ => Rnn.Concat(parts),
    };

    // A layer that goes backwards gives its sequence in the order in which it made it.
    private Value LastStepFirst(Value y)
    {
        given[Order] = new NdArray([steps], [.. Enumerable.Range(0, steps).Select(step => (double)(steps - 1 - step))]);
        return net.Graph.Add(GatherOp.Instance, y, net.Indices(Order, "T").Tensor);
    }

    private RecurrentLayer Direct(string name, JsonElement config, Direction direction)
    {
        if (GoldenReader.Object(config, "layer").EnumerateObject()
            .FirstOrDefault(member => !Known.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            throw new GoldenUnsupportedException($"'{unknown.Name}' of a layer has no program here");

        var parameters = new Dictionary<string, Value>();
        int units = Units(config);
        CellDefinition cell = CellTracer.Trace(Cell(config));
        foreach (string prefix in direction == Direction.Both ? ["", "reverse."] : new[] { "" })
        {
            var kernel = new KerasWeights(net, given, $"{name}.{prefix}", config, units);
            foreach (var (port, value) in kernel.For(Class(config), x.Type.Dims[2]))
                parameters[prefix + port] = value;
        }

        return net.Recurrent(name, cell, x, units, new RecurrentOptions { Direction = direction, StepMask = mask, Given = parameters });
    }

    private static Direction DirectionOf(JsonElement config) => Is(config, "go_backwards") ? Direction.Backward : Direction.Forward;

    private static Type Cell(JsonElement config) => Class(config) switch
    {
        "LSTM" => typeof(Lstm),
        "GRU" => KerasWeights.Flag(config, "reset_after", true) ? typeof(GruResetAfter) : typeof(Gru),
        "SimpleRNN" => typeof(Elman),
        var other => throw new GoldenUnsupportedException($"layer '{other}' has no program here"),
    };

    private static Merge MergeOf(JsonElement config) =>
        (config.TryGetProperty("merge_mode", out JsonElement mode) ? mode.ToString() : "concat") switch
        {
            "concat" => Merge.Concat,
            "sum" => Merge.Sum,
            "mul" => Merge.Product,
            "ave" => Merge.Average,
            var other => throw new GoldenUnsupportedException($"merge_mode '{other}' has no program here"),
        };

    // A cell has the name of its layer.
    private static string Class(JsonElement config)
    {
        string name = GoldenReader.Text(config, "class");
        return name.EndsWith("Cell", StringComparison.Ordinal) ? name[..^4] : name;
    }

    private static int Units(JsonElement config) => config.TryGetProperty("units", out JsonElement units)
        ? GoldenReader.Int(units, "units")
        : GoldenReader.Member(config, "args") is { ValueKind: JsonValueKind.Array } args && args.GetArrayLength() > 0
            ? GoldenReader.Int(args[0], "args")
            : throw new GoldenException("A layer names no units (give 'units' or 'args')");

    private static bool Is(JsonElement config, string name) => KerasWeights.Flag(config, name, false);
}
