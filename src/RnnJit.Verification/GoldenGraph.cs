using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>A program under construction that computes the outputs of a golden case. Its inputs bear the names of the case's
/// tensors.</summary>
internal sealed class GoldenGraph(GoldenCase given, ElementType real)
{
    private readonly List<(string Name, Value Value, OutputRole Role)> outputs = [];
    private readonly Dictionary<string, Value> parameters = [];

    public GoldenCase Case { get; } = given;

    public GraphBuilder Builder { get; } = new();

    /// <summary>i32[B] where the case has lengths.</summary>
    public Value? Lengths(Dim batch) =>
        Case.Ints.ContainsKey("lengths") ? Builder.Input("lengths", new TensorType(ElementType.I32, batch)) : null;

    /// <exception cref="GoldenException">The case has no such input.</exception>
    public Value Input(string name, params Dim[] dims) => Builder.Input(Require(Case.Inputs, name), new TensorType(real, dims));

    /// <summary>A parameter; asked for again it is the same value.</summary>
    /// <exception cref="GoldenException">The case has no such parameter.</exception>
    public Value Parameter(string name, params Dim[] dims) => parameters.TryGetValue(name, out Value? known)
        ? known
        : parameters[name] = Builder.Input(Require(Case.Params, name), new TensorType(real, dims), PortRole.Parameter);

    /// <exception cref="GoldenException">The case has no such target.</exception>
    public Value Target(string name, params Dim[] dims) => Builder.Input(Require(Case.Targets, name), new TensorType(real, dims));

    /// <exception cref="GoldenException">The case has no such integers.</exception>
    public Indices Integers(string name, params Dim[] dims) =>
        new(Builder.Input(Require(Case.Ints, name), new TensorType(ElementType.I32, dims)));

    public Value? OptionalParameter(string name, params Dim[] dims) => Case.Params.ContainsKey(name) ? Parameter(name, dims) : null;

    public Value Zeros(params Dim[] dims) => Builder.Add(new ConstantOp(0, new TensorType(real, dims)));

    /// <summary>Rows [gate · h, (gate + 1) · h) of a tensor that stacks gates along its first axis.</summary>
    public Value Gate(Value stacked, int gate, Dim h) => Slice(stacked, 0, gate * h, h);

    public Value Slice(Value x, int axis, Dim start, Dim length) => Builder.Add(new SliceOp(axis, start, length), x);

    public Value Reshape(Value x, params Dim[] dims) => Builder.Add(new ReshapeOp(dims), x);

    public Value Transpose(Value x, params int[] order) => Builder.Add(new TransposeOp(order), x);

    public Value Concat(int axis, IReadOnlyList<Value> parts) =>
        parts.Count == 1 ? parts[0] : Builder.Add(new ConcatOp(axis), parts.ToArray());

    public void Return(string name, Value value) => outputs.Add((name, value, OutputRole.Result));

    public Graph Build() => Builder.Build("program", Case.Name, outputs);

    private string Require(IReadOnlyDictionary<string, NdArray> tensors, string name) => tensors.ContainsKey(name)
        ? name
        : throw new GoldenException($"The case has no '{name}', which kind '{Case.Kind}' takes (found {string.Join(", ", tensors.Keys)})");
}
