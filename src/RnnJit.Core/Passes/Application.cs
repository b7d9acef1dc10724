using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>An op about to be applied, with its operands.</summary>
/// <param name="UsedOnce">True where nothing else reads the first operand.</param>
internal sealed record Application(Rewriter Rewriter, Op Op, Value[] X, bool UsedOnce)
{
    public GraphBuilder Builder => Rewriter.Builder;

    /// <summary>The types the op would give.</summary>
    public TensorType[] Types { get; } = Op.Infer(Array.ConvertAll(X, x => x.Type), Rewriter.Builder.Dims);

    /// <summary>The type of its one result.</summary>
    public TensorType Type => Types[0];

    /// <summary>The op that makes a value, null for inputs.</summary>
    public Op? Maker(Value value) => Builder.Definition(value)?.Op;

    public Value[] MakerOperands(Value value) => Builder.Definition(value)!.Value.Operands.Select(Builder.At).ToArray();

    /// <summary>The number that fills a value, null if it is no constant.</summary>
    public double? Fill(Value value) => Maker(value) is ConstantOp constant ? constant.Value : null;

    public Value Make(Op op, params Value[] operands) => Rewriter.Apply(op, operands)[0];

    public Value Filled(double value) => Type.Rank == 0 ? Builder.Constant(value, Type.Element) : Make(new ConstantOp(value, Type));
}
