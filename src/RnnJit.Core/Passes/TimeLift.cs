using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>An op of one step as an op over all steps: operands that change with time have a leading time axis, and so has the
/// result.</summary>
internal static class TimeLift
{
    /// <summary>True for ops that <see cref="Apply"/> can lift.</summary>
    public static bool CanLift(Op op) => op.Family switch
    {
        OpFamily.Elementwise or OpFamily.Contraction or OpFamily.Reduction or OpFamily.View => true,
        OpFamily.Gather => op is GatherOp or MarkOp or ArgMaxOp,
        _ => false,
    };

    /// <summary>Adds the lifted op. At least one operand is timed.</summary>
    /// <param name="result">The type of the result in one step.</param>
    public static Value Apply(GraphBuilder builder, Op op, Value[] operands, bool[] timed, TensorType result, Dim time)
    {
        switch (op)
        {
            case ContractOp contract:
                return builder.Add(Contraction(contract, timed[0], timed[1], timeInResult: true), operands);
            case ReductionOp reduction:
                int[] axes = reduction.Axes.Select(axis => axis + 1).ToArray();
                return builder.Add(reduction is SumOp ? new SumOp(axes) : new MaxReduceOp(axes), operands);
            case SliceOp slice:
                return builder.Add(new SliceOp(slice.Axis + 1, slice.Start, slice.Length), operands);
            case ConcatOp concat:
                return builder.Add(new ConcatOp(concat.Axis + 1),
                    operands.Select((x, i) => timed[i] ? x : Repeat(builder, x, time)).ToArray());
            case ReshapeOp reshape:
                return builder.Add(new ReshapeOp(reshape.Dims.Prepend(time)), operands);
            case TransposeOp transpose:
                return builder.Add(new TransposeOp(transpose.Order.Select(axis => axis + 1).Prepend(0)), operands);
            case BroadcastOp broadcast:
                return builder.Add(new BroadcastOp(broadcast.Dims.Prepend(time)), Aligned(builder, operands[0], result.Rank, time));
            case ElementwiseOp:
                return builder.Add(op, operands.Select((x, i) => timed[i] ? Aligned(builder, x, result.Rank, time) : x).ToArray());
            case GatherOp when !timed[0]:
            case MarkOp or ArgMaxOp:
                return builder.Add(op, operands);
            default:
                throw new InvalidOperationException($"'{op.Name}' cannot leave a loop");
        }
    }

    /// <summary>A contraction with a time label on the operands that change with time.</summary>
    public static ContractOp Contraction(ContractOp op, bool left, bool right, bool timeInResult, bool forwards = false)
    {
        const string Time = "t";
        return new ContractOp(
            $"{(left ? Time : "")}{op.Left},{(right ? Time : "")}{op.Right}->{(timeInResult ? Time : "")}{op.Result}", forwards);
    }

    /// <summary>The op of one step that <see cref="Apply"/> would lift to this one; null if there is none.</summary>
    public static Op? Lower(Op op, bool[] timed, Dim time)
    {
        switch (op)
        {
            case ContractOp contract:
                return LowerContraction(contract, timed);
            case SumOp sum when sum.Axes[0] > 0:
                return new SumOp(sum.Axes.Select(axis => axis - 1));
            case MaxReduceOp max when max.Axes[0] > 0:
                return new MaxReduceOp(max.Axes.Select(axis => axis - 1));
            case SliceOp slice when slice.Axis > 0:
                return new SliceOp(slice.Axis - 1, slice.Start, slice.Length);
            case ConcatOp concat when concat.Axis > 0:
                return new ConcatOp(concat.Axis - 1);
            case ReshapeOp reshape when reshape.Dims.Count > 0 && reshape.Dims[0] == time:
                return new ReshapeOp(reshape.Dims.Skip(1));
            case BroadcastOp broadcast when broadcast.Dims.Count > 0 && broadcast.Dims[0] == time:
                return new BroadcastOp(broadcast.Dims.Skip(1));
            case ElementwiseOp or MarkOp or ArgMaxOp:
                return op;
            case GatherOp when !timed[0]:
                return op;
            default:
                return null;
        }
    }

    // tab,cb->tac ⇒ ab,cb->ac when the time label leads every timed operand and the result
    private static ContractOp? LowerContraction(ContractOp op, bool[] timed)
    {
        char time = timed[0] ? op.Left[0] : op.Right[0];
        if (op.Result.Length == 0 || op.Result[0] != time || (timed[0] && timed[1] && op.Right[0] != time)
            || (!timed[0] && op.Left.Contains(time)) || (!timed[1] && op.Right.Contains(time)))
            return null;

        return new ContractOp($"{op.Left.Substring(timed[0] ? 1 : 0)},{op.Right.Substring(timed[1] ? 1 : 0)}->{op.Result.Substring(1)}");
    }

    // [T, H] beside [T, B, H] ⇒ [T, 1, H]
    private static Value Aligned(GraphBuilder builder, Value x, int rank, Dim time)
    {
        int missing = rank + 1 - x.Type.Rank;
        if (missing <= 0)
            return x;

        return builder.Add(new ReshapeOp(
            x.Type.Dims.Skip(1).Prepend(time).Take(1).Concat(Enumerable.Repeat(Dim.Of(1), missing)).Concat(x.Type.Dims.Skip(1))), x);
    }

    private static Value Repeat(GraphBuilder builder, Value x, Dim time) => builder.Add(new BroadcastOp(x.Type.Dims.Prepend(time)), x);
}
