using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>A layer as Keras configures it, as a Program: x [B, T, I], mask [B, T] and states in, y and final states out, with weights laid out as Keras keeps them.</summary>
internal sealed class KerasLayer
{
    private static readonly string[] Known =
        ["class", "args", "units", "layer", "merge_mode", "kernel_initializer", "recurrent_initializer", "bias_initializer", "use_bias", "unit_forget_bias", "reset_after",
         "go_backwards", "return_sequences", "return_state", "stateful", "zero_output_for_mask", "unroll", "implementation"];

    private readonly NetworkBuilder net = new("Keras");
    private readonly Dictionary<string, NdArray> weights = [];
    private readonly Value? mask;
    private Value x;

    private KerasLayer(int width, bool masked)
    {
        x = net.SwapBatchAndTime(net.Input("x", "B", "T", width));
        mask = masked ? net.Graph.Add(new ReshapeOp(["T", "B", 1]), net.SwapBatchAndTime(net.Input("mask", "B", "T"))) : null;
    }

    /// <param name="width">I.</param>
    /// <param name="masked">Whether steps are masked.</param>
    /// <exception cref="GoldenUnsupportedException">The configuration has something that is not known here.</exception>
    public static (Graph Program, IReadOnlyDictionary<string, NdArray> Weights) Build(JsonElement config, int width, bool masked)
    {
        var layer = new KerasLayer(width, masked);
        layer.Add(config);
        return (layer.net.Build(), layer.weights);
    }

    private void Add(JsonElement config)
    {
        switch (Class(config))
        {
            case "Bidirectional":
                JsonElement inner = GoldenReader.Member(config, "layer");
                Return(Direct("layer", inner, Direction.Both, MergeOf(config)), inner);
                break;
            case "RNN":
                JsonElement[] cells = [.. GoldenReader.Member(config, "args")[0].EnumerateArray()];
                RecurrentLayer? last = null;
                for (int i = 0; i < cells.Length; i++)
                {
                    last = Direct("cell" + i, cells[i], Direction.Forward, Merge.Concat);
                    x = last.Output;
                }

                Return(last ?? throw new GoldenException("'args' names no cell, wanted at least one"), config);
                break;
            default:
                Return(Direct("layer", config, Is(config, "go_backwards") ? Direction.Backward : Direction.Forward, Merge.Concat), config);
                break;
        }
    }

    private void Return(RecurrentLayer layer, JsonElement config)
    {
        if (!Is(config, "return_sequences"))
        {
            net.Output("y", layer.Last);
            return;
        }

        if (Is(config, "go_backwards"))
            throw new GoldenUnsupportedException("'go_backwards' with 'return_sequences' gives the sequence in the order of processing, which has no program here");
        Value y = Is(config, "zero_output_for_mask") && mask is not null ? mask * layer.Output : layer.Output;
        net.Output("y", net.SwapBatchAndTime(y));
    }

    private RecurrentLayer Direct(string name, JsonElement config, Direction direction, Merge merge)
    {
        if (config.EnumerateObject().FirstOrDefault(member => !Known.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            throw new GoldenUnsupportedException($"'{unknown.Name}' of a layer has no program here");

        var given = new Dictionary<string, Value>();
        int units = Units(config);
        CellDefinition cell = CellTracer.Trace(Cell(config));
        foreach (string prefix in direction == Direction.Both ? ["", "reverse."] : new[] { "" })
        {
            var kernel = new KerasWeights(net, weights, $"{name}.{prefix}", config, units);
            foreach (var (port, value) in kernel.For(Class(config), x.Type.Dims[2]))
                given[prefix + port] = value;
        }

        return net.Recurrent(name, cell, x, units, new RecurrentOptions { Direction = direction, Merge = merge, StepMask = mask, Given = given });
    }

    private static Type Cell(JsonElement config) => Class(config) switch
    {
        "LSTM" => typeof(Lstm),
        "GRU" => KerasWeights.Flag(config, "reset_after", true) ? typeof(GruResetAfter) : typeof(Gru),
        "SimpleRNN" => typeof(Elman),
        var other => throw new GoldenUnsupportedException($"layer '{other}' has no program here"),
    };

    private static Merge MergeOf(JsonElement config) => (config.TryGetProperty("merge_mode", out JsonElement mode) ? mode.GetString() : "concat") switch
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
