using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The inverse of a permutation: element p[i] of the result is i.</summary>
public sealed class InversePermutationOp : Op
{
    public static InversePermutationOp Instance { get; } = new();

    public override string Name => "inverse_permutation";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) => ArgsortOp.OfRows(Name, operands);

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray permutation = operands[0];
        var inverse = new NdArray(permutation.Shape);
        for (int i = 0; i < permutation.Length; i++)
            inverse.Data[GatherOp.CheckRow(0, permutation.Data[i], permutation.Length)] = i;
        return [inverse];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];
}
