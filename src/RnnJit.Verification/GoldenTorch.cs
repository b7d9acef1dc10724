using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Verification;

/// <summary>torch.nn.LSTM, GRU and RNN: layers on top of each other, each in one or two directions.</summary>
internal sealed class GoldenTorch
{
    private static readonly Dim T = "T", I = "I", H = "H";

    private readonly GoldenGraph graph;
    private readonly CellDefinition cell;
    private readonly string[] gates;
    private readonly string[] states;
    private readonly int layers;
    private readonly int directions;
    private readonly Dim batch;

    // The width of h and y: R with a projection.
    private readonly Dim output;

    private GoldenTorch(GoldenCase given, ElementType real, Type cell, string[] gates)
    {
        graph = new GoldenGraph(given, real);
        this.cell = CellTracer.Trace(cell);
        this.gates = gates;
        states = this.cell.States.Select(port => port.Name).ToArray();
        layers = given.Number("numLayers");
        if (layers == 0)
            throw new GoldenException("'numLayers' is 0, wanted at least one layer");
        directions = given.Flag("bidirectional") ? 2 : 1;
        batch = Unbatched ? 1 : "B";
        output = given.Number("projSize") > 0 ? "R" : H;
    }

    private bool Unbatched => graph.Case.Inputs.TryGetValue("x", out NdArray? x) && x.Rank == 2;

    public static Graph Lstm(GoldenCase given, ElementType real) =>
        new GoldenTorch(given, real, given.Number("projSize") > 0 ? typeof(LstmProjected) : typeof(Lstm), CellLayout.TorchLstmGates)
            .Build();

    public static Graph Gru(GoldenCase given, ElementType real) =>
        new GoldenTorch(given, real, typeof(GruResetAfter), CellLayout.TorchGruGates).Build();

    public static Graph Tanh(GoldenCase given, ElementType real) => new GoldenTorch(given, real, typeof(Elman), CellLayout.OneGate).Build();

    public static Graph Relu(GoldenCase given, ElementType real) =>
        new GoldenTorch(given, real, typeof(ElmanRelu), CellLayout.OneGate).Build();

    private Graph Build()
    {
        bool batchFirst = graph.Case.Flag("batchFirst") && !Unbatched;
        Value x = graph.Input("x", Unbatched ? [T, I] : batchFirst ? [batch, T, I] : [T, batch, I]);
        Dim rows = layers * directions;
        Value[]? initial = graph.Case.Flag("hasInitialState")
            ? states.Select(state => graph.Input(state + "0", Unbatched ? [rows, Width(state)] : [rows, batch, Width(state)])).ToArray()
            : null;
        Value? lengths = graph.Lengths(batch);
        Weights[] weights = Enumerable.Range(0, rows.Constant).Select(row => Declare(row / directions, row % directions)).ToArray();

        x = Unbatched ? graph.Reshape(x, T, 1, I) : batchFirst ? graph.Transpose(x, 1, 0, 2) : x;
        var finals = new List<Value[]>();
        for (int layer = 0; layer < layers; layer++)
        {
            var sequences = new List<Value>();
            for (int direction = 0; direction < directions; direction++)
            {
                int row = (layer * directions) + direction;
                Dictionary<string, Value> inputs = Inputs(x, weights[row]);
                for (int s = 0; s < states.Length; s++)
                    inputs[states[s]] = initial is null ? graph.Zeros(batch,
                        Width(states[s])) : graph.Reshape(graph.Slice(initial[s], 0, row, 1), batch, Width(states[s]));
                var (final, outputs) = CellScan.Apply(graph.Builder, cell, inputs, T, reverse: direction == 1, lengths);
                finals.Add(final);
                sequences.Add(outputs["h"]);
            }

            x = graph.Concat(2, sequences);
        }

        graph.Return("y", Unbatched ? graph.Reshape(x, T, directions * output) : batchFirst ? graph.Transpose(x, 1, 0, 2) : x);
        for (int s = 0; s < states.Length; s++)
            graph.Return(states[s] + "n", graph.Concat(0, finals.Select(
                final => graph.Reshape(final[s], Unbatched ? [1, Width(states[s])] : [1, batch, Width(states[s])])).ToArray()));
        return graph.Build();
    }

    private Weights Declare(int layer, int direction)
    {
        string suffix = "_l" + layer + (direction == 1 ? "_reverse" : "");
        Dim stacked = gates.Length * H;
        return new Weights(
            graph.Parameter("weight_ih" + suffix, stacked, layer == 0 ? I : directions * output),
            graph.Parameter("weight_hh" + suffix, stacked, output),
            graph.OptionalParameter("bias_ih" + suffix, stacked),
            graph.OptionalParameter("bias_hh" + suffix, stacked),
            graph.OptionalParameter("weight_hr" + suffix, output, H));
    }

    private Dim Width(string state) => state == "h" ? output : H;

    private Dictionary<string, Value> Inputs(Value x, Weights weights)
    {
        var inputs = TorchLayout.Parameters(cell, gates, H, weights.Input, weights.Recurrent, weights.InputBias, weights.RecurrentBias)
            .ToDictionary(pair => pair.Port, pair => pair.Value);
        inputs["x"] = x;
        if (weights.Projection is { } projection)
            inputs["Wr"] = projection;
        return inputs;
    }

    private sealed record Weights(Value Input, Value Recurrent, Value? InputBias, Value? RecurrentBias, Value? Projection);
}
