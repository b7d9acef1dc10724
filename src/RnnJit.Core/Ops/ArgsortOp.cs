using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Row numbers by length, the longest first, equal lengths in their order: lengths i32[B] ⇒ i32[B]; printed as
/// <c>argsort[descending, stable]</c>.</summary>
public sealed class ArgsortOp : Op
{
    public static ArgsortOp Instance { get; } = new();

    /// <summary>The attributes of the one order there is.</summary>
    public const string Descending = "descending, stable";

    public override string Name => "argsort";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => Descending;

    /// <exception cref="GraphException">RNNJ125: another order.</exception>
    public static ArgsortOp Parse(string attributes) =>
        attributes.Split(',').Select(part => part.Trim()).SequenceEqual(Descending.Split([", "], StringSplitOptions.None))
        ? Instance
        : throw new GraphException("RNNJ125", $"'argsort[{attributes}]' names no order of rows (write argsort[{Descending}])");

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
        return [new NdArray(operands[0].Shape,
            Enumerable.Range(0, lengths.Length).OrderByDescending(row => lengths[row]).Select(row => (double)row).ToArray())];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];
}
