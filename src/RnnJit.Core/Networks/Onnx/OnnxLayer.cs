using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks.Onnx;

/// <summary>Directions, layout and lengths around a cell; cuts the stacked weights into those of gates.</summary>
internal sealed class OnnxLayer
{
    private static readonly string[] Peepholes = ["i", "o", "f"];

    private readonly GraphBuilder builder;
    private readonly string op;
    private readonly OnnxAttributes attributes;
    private readonly OnnxOptional optional;
    private readonly Value x;
    private readonly Value w;
    private readonly Value r;
    private readonly string[] gates;
    private readonly Dim time;
    private readonly Dim batch;
    private readonly Dim hidden;

    public OnnxLayer(string op, OnnxAttributes attributes, OnnxOptional optional, Value x, Value w, Value r, string[] gates)
    {
        attributes.Check();
        (this.op, this.attributes, this.optional, this.w, this.r, this.gates) = (op, attributes, optional, w, r, gates);
        builder = x.Builder;
        if (x.Type.Rank != 3 || r.Type.Rank != 3)
            throw new GraphException("RNNJ169",
                $"'{op}' needs X and R of rank 3, found {x.Type} and {r.Type} (X is [T, B, I], R [D, {gates.Length}·H, H])");
        this.x = attributes.Layout == 1 ? Transpose(x, 1, 0, 2) : x;
        (time, batch, hidden) = (this.x.Type.Dims[0], this.x.Type.Dims[1], r.Type.Dims[2]);
        Dim directions = attributes.Directions;
        Expect("W", w, directions, gates.Length * hidden, x.Type.Dims[2]);
        Expect("R", r, directions, gates.Length * hidden, hidden);
        Expect("B", optional.B, directions, 2 * gates.Length * hidden);
        Expect("P", optional.P, directions, 3 * hidden);
        Dim[] states = attributes.Layout == 1 ? [batch, directions, hidden] : [directions, batch, hidden];
        Expect("initial_h", optional.H0, states);
        Expect("initial_c", optional.C0, states);
    }

    public OnnxOutputs Build(Func<int, CellDefinition> cellOf)
    {
        var sequences = new List<Value>();
        var finals = new List<Value[]>();
        for (int direction = 0; direction < attributes.Directions; direction++)
        {
            CellDefinition cell = cellOf(direction);
            Dictionary<string, Value> inputs = cell.Parameters.ToDictionary(port => port.Name, port => Parameter(port.Name, direction));
            inputs["x"] = x;
            foreach (Port state in cell.States)
                inputs[state.Name] = Initial(state.Name == "h" ? optional.H0 : optional.C0, direction);
            var (final, outputs) = CellScan.Apply(builder, cell, inputs, time, attributes.IsReverse(direction), optional.Lengths);
            sequences.Add(Reshape(outputs["h"], time, 1, batch, hidden));
            finals.Add(final.Select(state => Reshape(WithoutEmpty(state), 1, batch, hidden)).ToArray());
        }

        Value y = Concat(1, sequences);
        Value Final(int state) =>
            Concat(0, finals.Select(final => final[state]).ToList()) is var all && attributes.Layout == 1 ? Transpose(all, 1, 0, 2) : all;
        return new OnnxOutputs(attributes.Layout == 1 ? Transpose(y, 2, 0, 1, 3) : y, Final(0), finals[0].Length > 1 ? Final(1) : null);
    }

    private Value Parameter(string name, int direction)
    {
        string gate = name.Substring(1);
        int row = Array.IndexOf(gates, gate);
        return name[0] switch
        {
            'W' => Gate(w, direction, row, hidden, x.Type.Dims[2]),
            'U' => Gate(r, direction, row, hidden, hidden),
            'p' => Gate(optional.P!, direction, Array.IndexOf(Peepholes, gate), hidden),
            _ when optional.B is null => builder.Add(new ConstantOp(0, new TensorType(x.Type.Element, hidden))),
            _ => Gate(optional.B, direction, name[0] == 'b' ? row : gates.Length + row, hidden),
        };
    }

    // Rows of one direction and gate of a tensor [D, G·H, …].
    private Value Gate(Value stacked, int direction, int gate, params Dim[] dims)
    {
        Value rows = Reshape(Slice(stacked, 0, direction, 1), stacked.Type.Dims.Skip(1).ToArray());
        return Reshape(Slice(rows, 0, gate * hidden, hidden), dims);
    }

    private Value Initial(Value? given, int direction) => given is null
        ? builder.Add(new ConstantOp(0, new TensorType(x.Type.Element, batch, hidden)))
        : Reshape(Slice(given, attributes.Layout == 1 ? 1 : 0, direction, 1), batch, hidden);

    // ONNX Runtime gives 0 as the final state of an empty row, not its initial state.
    private Value WithoutEmpty(Value final)
    {
        if (optional.Lengths is null)
            return final;

        Value empty = Slice(builder.Add(new OneHotOp(time + 1, final.Type.Element), optional.Lengths), 1, 0, 1);
        return Rnn.Select(empty, 0 * final, final);
    }

    private void Expect(string name, Value? given, params Dim[] dims)
    {
        if (given is not null && !given.Type.Dims.SequenceEqual(dims))
            throw new GraphException("RNNJ169",
                $"'{op}' needs {name} [{string.Join(", ", dims.Select(dim => dim.ToString()))}], found {given.Type} (change one of them)");
    }

    private Value Slice(Value whole, int axis, Dim start, Dim length) => builder.Add(new SliceOp(axis, start, length), whole);

    private Value Reshape(Value whole, params Dim[] dims) => builder.Add(new ReshapeOp(dims), whole);

    private Value Transpose(Value whole, params int[] order) => builder.Add(new TransposeOp(order), whole);

    private Value Concat(int axis, IReadOnlyList<Value> parts) =>
        parts.Count == 1 ? parts[0] : builder.Add(new ConcatOp(axis), parts.ToArray());
}
