using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>A tensor added to a table in place: y = table + x. The sum over steps continues from the table's value, and the
/// producer of x adds to it there.</summary>
public sealed class AccumulateOp : Op
{
    public static AccumulateOp Instance { get; } = new();

    public override string Name => "accumulate";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) =>
        operands.Length == 2 && operands[0].IsReal && operands[0] == operands[1]
            ? [operands[0]]
            : throw new GraphException("RNNJ197",
                $"'accumulate' needs a table and a tensor of its type, found {TensorType.List(operands, " and ")} "
                    + "(use add where shapes differ)");

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation) =>
        [new NdArray(operands[0].Shape, operands[0].Data.Zip(operands[1].Data, (table, x) => table + x).ToArray())];

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [cotangents[0], cotangents[0]];
}
