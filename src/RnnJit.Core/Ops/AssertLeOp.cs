using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The integers a after a check that none exceeds its bound in b: i32[B], i32[B] ⇒ i32[B]. A greater one is an
/// error that names both inputs.</summary>
public sealed class AssertLeOp : Op
{
    public static AssertLeOp Instance { get; } = new();

    public override string Name => "assert_le";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        bool fits = operands.Length == 2 && operands.All(operand => operand.Element == ElementType.I32)
            && operands[0].Rank == operands[1].Rank
            && Enumerable.Range(0, operands[0].Rank).All(axis => dims.Unify(operands[0].Dims[axis], operands[1].Dims[axis]));
        return fits
            ? [operands[0]]
            : throw new GraphException("RNNJ123",
                $"'assert_le' needs two i32 tensors of one shape, found {TensorType.List(operands, " and ")} (give whole numbers and "
                    + "their bounds)");
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        for (int i = 0; i < operands[0].Length; i++)
        {
            if (operands[0].Data[i] > operands[1].Data[i])
                throw new OperandException(
                    $"{{0}} holds {operands[0].Data[i]} in row {i}, wanted at most {operands[1].Data[i]}, which {{1}} holds "
                        + "(shorten the one or lengthen the other)");
        }

        return [operands[0]];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null, null];
}
