using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Networks.Onnx;

/// <summary>One direction of ONNX's recurrent operators as cells. Parameters: W and U for each gate, b (W's bias), c (R's bias), p
/// (peephole).</summary>
internal static class OnnxCells
{
    // Operators.md, LSTM, equations: gates i, o, f with f; candidate with g; the memory where it is read with h, which is not clipped.
    public static CellDefinition Lstm(OnnxAttributes attributes, OnnxActivation[] functions, ElementType real, bool peepholes)
    {
        var cell = new Ports(real, "OnnxLstm", "h", "c");
        Value h = cell.State("h"), memory = cell.State("c");
        Value Read(string gate) =>
            cell.Product("W" + gate, cell.X) + cell.Product("U" + gate, h) + cell.Vector("b" + gate) + cell.Vector("c" + gate);
        Value Gate(string gate, Value seen) =>
            functions[0].Apply(attributes.Clipped(peepholes ? Read(gate) + (cell.Vector("p" + gate) * seen) : Read(gate)));

        Value i = Gate("i", memory), f = attributes.InputForget ? 1 - i : Gate("f", memory);
        Value next = (f * memory) + (i * functions[1].Apply(attributes.Clipped(Read("g"))));
        return cell.Build(Gate("o", next) * functions[2].Apply(next), next);
    }

    // Operators.md, GRU: Ht = (1 − zt) ⊙ ht + zt ⊙ Ht−1.
    public static CellDefinition Gru(OnnxAttributes attributes, OnnxActivation[] functions, ElementType real)
    {
        var cell = new Ports(real, "OnnxGru", "h");
        Value h = cell.State("h");
        Value Gate(string gate) => functions[0].Apply(attributes.Clipped(
            cell.Product("W" + gate, cell.X) + cell.Product("U" + gate, h) + cell.Vector("b" + gate) + cell.Vector("c" + gate)));

        Value z = Gate("z"), r = Gate("r");
        Value past =
            attributes.LinearBeforeReset ? r * (cell.Product("Uh", h) + cell.Vector("ch")) : cell.Product("Uh", r * h) + cell.Vector("ch");
        Value candidate = functions[1].Apply(attributes.Clipped(cell.Product("Wh", cell.X) + past + cell.Vector("bh")));
        return cell.Build(((1 - z) * candidate) + (z * h));
    }

    // Operators.md, RNN: Ht = f(Xt Wᵀ + Ht−1 Rᵀ + Wb + Rb).
    public static CellDefinition Simple(OnnxAttributes attributes, OnnxActivation[] functions, ElementType real)
    {
        var cell = new Ports(real, "OnnxRnn", "h");
        Value h = cell.State("h");
        return cell.Build(functions[0]
            .Apply(attributes.Clipped(cell.Product("Wi", cell.X) + cell.Product("Ui", h) + cell.Vector("bi") + cell.Vector("ci"))));
    }

    /// <summary>The inputs of a cell under construction.</summary>
    private sealed class Ports
    {
        private readonly GraphBuilder builder = new();
        private readonly ElementType real;
        private readonly string name;
        private readonly string[] states;
        private readonly Dictionary<string, Value> values = [];

        public Ports(ElementType real, string name, params string[] states)
        {
            (this.real, this.name, this.states) = (real, name, states);
            X = builder.Input("x", new TensorType(real, "B", "X"));
            foreach (string state in states)
                values[state] = builder.Input(state, new TensorType(real, "B", "H"), PortRole.State);
        }

        public Value X { get; }

        public Value State(string state) => values[state];

        public Value Vector(string parameter) => Parameter(parameter, "H");

        public Value Product(string matrix, Value x) => Rnn.Product(new Matrix(Parameter(matrix, "H", matrix[0] == 'W' ? "X" : "H")), x);

        public CellDefinition Build(params Value[] next) =>
            new(builder.Build("cell", name, states.Select((state, s) => (state, next[s], OutputRole.Next))));

        private Value Parameter(string parameter, params Dim[] dims) => values.TryGetValue(parameter, out Value? known)
            ? known
            : values[parameter] = builder.Input(parameter, new TensorType(real, dims), PortRole.Parameter);
    }
}
