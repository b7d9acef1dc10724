using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;
using static RnnJit.Rnn;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Two LSTM layers (Hochreiter and Schmidhuber 1997 with forget gates) written as one step, and as two loops one behind the
/// other.</summary>
internal static class LayersInOneStep
{
    private static readonly string[] Weights = ["Wi", "Ui", "bi", "Wf", "Uf", "bf", "Wg", "Ug", "bg", "Wo", "Uo", "bo"];

    public static CellDefinition Together { get; } = CellTracer.Trace(typeof(LstmOverLstm));

    public static Graph OneLoop(bool lengths, bool reverse) => Build(lengths, reverse, (builder, inputs, count) =>
    {
        var (finals, sequences) = CellScan.Apply(builder, Together, inputs, "T", reverse, count);
        return (finals, sequences["h2"]);
    });

    public static Graph TwoLoops(bool lengths, bool reverse) => Build(lengths, reverse, (builder, inputs, count) =>
    {
        CellDefinition layer = CellTracer.Trace(typeof(Lstm));
        Dictionary<string, Value> Layer(int number, Value x) =>
            new(Weights.Select(name => new KeyValuePair<string, Value>(name, inputs[name + number])))
            {
                ["x"] = x,
                ["h"] = inputs["h" + number],
                ["c"] = inputs["c" + number],
            };
        var (below, first) = CellScan.Apply(builder, layer, Layer(1, inputs["x"]), "T", reverse, count);
        var (above, second) = CellScan.Apply(builder, layer, Layer(2, first["h"]), "T", reverse, count);
        return ([.. below, .. above], second["h"]);
    });

    private static Graph Build(bool lengths, bool reverse,
        Func<GraphBuilder, Dictionary<string, Value>, Value?, (Value[] Finals, Value Sequence)> apply)
    {
        var builder = new GraphBuilder();
        Dictionary<string, Value> inputs = Together.Step.Inputs.ToDictionary(port => port.Name, port => builder.Input(
            port.Name,
            port.Role == PortRole.Input ? port.Type.WithDims(port.Type.Dims.Prepend(Dim.Symbol("T"))) : port.Type,
            port.Role == PortRole.Parameter ? PortRole.Parameter : PortRole.Input));
        Value? count = lengths ? builder.Input("lengths", new TensorType(ElementType.I32, "B")) : null;
        Value weight = builder.Input("dy", new TensorType(ElementType.F32, "T", "B", 1));
        var (finals, y) = apply(builder, inputs, count);
        Value loss = finals.Select(Total).Aggregate(Total(y * weight), (sum, term) => sum + term);
        Graph program = builder.Build("program", "layers", [.. finals.Select((final, i) => ($"final{i}", final, OutputRole.Result)),
            ("y", y, OutputRole.Result), ("loss", loss, OutputRole.Result)]);
        return Differentiate.Run(program, "loss",
            program.Inputs.Where(port => port.Type.IsReal && port.Name != "dy").Select(port => port.Name).ToArray());
    }

    [RnnCell]
    private static class LstmOverLstm
    {
        public static (Value h1, Value c1, Value h2, Value c2) Step(Value x, Value h1, Value c1, Value h2, Value c2,
            Matrix Wi1, Matrix Ui1, Vector bi1, Matrix Wf1, Matrix Uf1, Vector bf1, Matrix Wg1, Matrix Ug1, Vector bg1, Matrix Wo1,
            Matrix Uo1, Vector bo1,
            Matrix Wi2, Matrix Ui2, Vector bi2, Matrix Wf2, Matrix Uf2, Vector bf2, Matrix Wg2, Matrix Ug2, Vector bg2, Matrix Wo2,
            Matrix Uo2, Vector bo2)
        {
            var below = Sigmoid(Wf1 * x + Uf1 * h1 + bf1) * c1 + Sigmoid(Wi1 * x + Ui1 * h1 + bi1) * Tanh(Wg1 * x + Ug1 * h1 + bg1);
            var y = Sigmoid(Wo1 * x + Uo1 * h1 + bo1) * Tanh(below);
            var above = Sigmoid(Wf2 * y + Uf2 * h2 + bf2) * c2 + Sigmoid(Wi2 * y + Ui2 * h2 + bi2) * Tanh(Wg2 * y + Ug2 * h2 + bg2);
            return (y, below, Sigmoid(Wo2 * y + Uo2 * h2 + bo2) * Tanh(above), above);
        }
    }
}
