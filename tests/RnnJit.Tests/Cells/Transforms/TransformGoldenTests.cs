using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Cells.Transforms;

/// <summary>The LSTM with layer normalisation against cases of other implementations: what the transformation makes is what
/// the cells of that name are.</summary>
public class TransformGoldenTests
{
    private static readonly Dim H = "H";

    private static readonly string[] Gates = ["i", "f", "g", "o"];

    private static readonly Dictionary<string, (Func<CellDefinition, CellDefinition> Transform,
        Func<Tensors, string, Value?> Find)> Kinds = new()
        {
            ["layernorm_lstm_a"] = (cell => cell.WithLayerNorm(), Products),
            ["layernorm_lstm_len"] = (cell => cell.WithLayerNorm(), Products),
            ["layernorm_lstm_pergate_a"] = (cell => cell.WithLayerNorm(LayerNormForm.Preactivations), PerGate),
        };

    private static IEnumerable<string> Names => Kinds.Keys;

    [Test, Combinatorial]
    public void A_transformed_lstm_agrees([ValueSource(nameof(Names))] string name,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        GoldenCase given = GoldenReader.Read(Path.Combine(ReferenceData.Folder, "golden", "cells", name + ".json"));
        GoldenComparison comparison = GoldenNetwork.Run(given, Build, new GoldenInterpreter(), real);
        Assert.That(comparison.Passed, comparison.ToString());
    }

    [Test]
    public void The_wrong_form_is_noticed()
    {
        GoldenCase given = GoldenReader.Read(Path.Combine(ReferenceData.Folder, "golden", "cells", "zoneout_lstm_a.json"));
        Assert.That(GoldenNetwork.Run(given,
            (other, real) => Build(other, real, cell => cell.WithRecurrentDropout(0.1).WithZoneout(0.1, "h"), (graph, name) => name switch
        {
            "c_update_mask" => graph.Input("zc", "T", "B", H),
            "h_zone" => graph.Input("zh", "T", "B", H),
            _ => null,
        }), new GoldenInterpreter(), ElementType.F64).Passed, Is.False);
    }

    private static Graph Build(GoldenCase given, ElementType real) =>
        Build(given, real, Kinds[given.Name].Transform, Kinds[given.Name].Find);

    private static Graph Build(GoldenCase given, ElementType real, Func<CellDefinition, CellDefinition> transform,
        Func<Tensors, string, Value?> find)
    {
        var golden = new GoldenGraph(given, real);
        var graph = new Tensors(golden);
        CellDefinition cell = transform(CellTracer.Trace(typeof(Lstm)));
        Dictionary<string,
            Value> inputs = cell.Step.Inputs.ToDictionary(port => port.Name, port => find(graph, port.Name) ?? port.Name switch
            {
                "x" => graph.Input("x", "T", "B", "X"),
                "h" => graph.Input("s0", "B", H),
                "c" => graph.Input("s1", "B", H),
                _ => port.Name[0] switch
                {
                    'W' => graph.Gate("W", port.Name[1..], "X"),
                    'U' => graph.Gate("R", port.Name[1..], H),
                    _ => graph.Gate("b", port.Name[1..]),
                },
            });
        var (finals, sequences) = CellScan.Apply(golden.Builder, cell, inputs, "T", lengths: golden.Lengths("B"));
        golden.Return("y", sequences["h"]);
        golden.Return("sn0", finals[0]);
        golden.Return("sn1", finals[1]);
        return golden.Build();
    }

    private static Value? Products(Tensors graph, string name) => name switch
    {
        "x_gain" => graph.Parameter("gx", 4 * H),
        "x_shift" => graph.Parameter("bx", 4 * H),
        "h_gain" => graph.Parameter("gh", 4 * H),
        "h_shift" => graph.Parameter("bh", 4 * H),
        "c_state_gain" => graph.Parameter("gc", H),
        "c_state_shift" => graph.Parameter("bc", H),
        _ => null,
    };

    private static Value? PerGate(Tensors graph, string name)
    {
        return name switch
        {
            "c_state_gain" => graph.Row("g", 4),
            "c_state_shift" => graph.Row("b", 4),
            "bf" => graph.Row("b", 1) + 1,
            _ when name.EndsWith("_gain", StringComparison.Ordinal) => graph.Row("g", Array.IndexOf(Gates, name[1..2])),
            _ when name[0] == 'b' => graph.Row("b", Array.IndexOf(Gates, name[1..])),
            _ => null,
        };
    }

    /// <summary>The tensors of a case; stacked ones are declared once.</summary>
    private sealed class Tensors(GoldenGraph graph)
    {
        private readonly Dictionary<string, Value> stacked = [];

        public Value Input(string name, params Dim[] dims) => graph.Input(name, dims);

        public Value Parameter(string name, params Dim[] dims) => graph.Parameter(name, dims);

        public Value Gate(string name, string gate, params Dim[] columns) =>
            graph.Gate(Whole(name, [4 * H, .. columns]), Array.IndexOf(Gates, gate), H);

        public Value Row(string name, int row) => graph.Reshape(graph.Slice(Whole(name, 5, H), 0, row, 1), H);

        private Value Whole(string name, params Dim[] dims) =>
            stacked.TryGetValue(name, out Value? known) ? known : stacked[name] = graph.Parameter(name, dims);
    }
}
