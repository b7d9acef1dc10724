using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The rows by length, the longest first, rows of one length as they stand: lengths i32[B] ⇒ i32[B], whose element i is the number of the row at place i.</summary>
public sealed class OrderOp : Op
{
    public static OrderOp Instance { get; } = new();

    public override string Name => "order";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) => OfRows(Name, operands);

    /// <summary>One whole number for each row gives one.</summary>
    /// <exception cref="GraphException">RNNJ125.</exception>
    internal static TensorType[] OfRows(string op, TensorType[] operands) =>
        operands.Length == 1 && operands[0] is { Element: ElementType.I32, Rank: 1 } ? [operands[0]] : throw Unfit(op, operands);

    internal static GraphException Unfit(string op, TensorType[] operands) =>
        new("RNNJ125", $"'{op}' does not fit {TensorType.List(operands, " and ")} (rows are ordered by one i32[B])");

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        double[] lengths = operands[0].Data;
        return [new NdArray(operands[0].Shape, Enumerable.Range(0, lengths.Length).OrderByDescending(row => lengths[row]).Select(row => (double)row).ToArray())];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];
}
