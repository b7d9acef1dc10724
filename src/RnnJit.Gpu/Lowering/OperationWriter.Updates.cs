using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Plans;

namespace RnnJit.Gpu.Lowering;

// Random masks, and what an update needs besides kernels.
internal sealed partial class OperationWriter
{
    private LaunchOperation OfMask(RandomMaskCommand command)
    {
        BufferView mask = command.Mask;
        int units = mask.Rank == 0 ? 1 : Math.Max(mask.Shape[^1], 1);
        long rows = mask.Length / units, groups = MaskKernel.GroupsOf(units);
        var entry = table.Begin(MaskWord.Words);
        entry.Address(MaskWord.Numbers, command.Words);
        entry.Address(MaskWord.Mask, mask);
        entry.Set(MaskWord.Rows, rows);
        entry.Set(MaskWord.Units, units);
        entry.Set(MaskWord.BatchAxis, command.Op.BatchAxis);
        entry.Set(MaskWord.Rank, mask.Rank);
        entry.Set(MaskWord.Site, command.Op.Site);
        entry.Set(MaskWord.Threshold, (long)Math.Round((1 - command.Op.Law.Rate) * (1L << 32)));
        entry.Set(MaskWord.Drawn, BitConverter.DoubleToInt64Bits(command.Op.Law.Drawn));
        entry.Set(MaskWord.Other, BitConverter.DoubleToInt64Bits(command.Op.Law.Other));
        entry.Set(MaskWord.IsUniform, command.Op.Law.IsUniform ? 1 : 0);
        entry.Append(mask.Shape);
        return Launch(typeof(MaskKernel), nameof(MaskKernel.Draw), entry.Place, rows * groups);
    }

    // The lanes lie in the memory of threads, which no other launch needs in between.
    private SequenceOperation OfSquares(SquareSumCommand command)
    {
        long[] starts = SquareSumCommand.Places(command.Inputs).Starts;
        var entry = table.Begin(SquareSumWord.Words);
        entry.Address(SquareSumWord.Sums, command.Sums);
        entry.Set(SquareSumWord.Blocks, command.Sums.Length);
        entry.Set(SquareSumWord.Tensors, starts.Length);
        entry.Set(SquareSumWord.Lanes, layout.Bytes / sizeof(double));
        for (int i = 0; i < starts.Length; i++)
        {
            BufferView view = command.Inputs[i];
            int columns = view.Rank == 0 ? 1 : view.Shape[^1];
            entry.AppendAddress(view);
            entry.Append(starts[i], view.Length, columns, view.Rank < 2 ? columns : view.Strides[0]);
        }

        long lanes = (long)command.Sums.Length * NormKernels.Lanes;
        ThreadBytes = Math.Max(ThreadBytes, lanes * sizeof(double));
        return new SequenceOperation([Launch(typeof(NormKernels), nameof(NormKernels.SquareLanes), entry.Place, lanes),
            Launch(typeof(NormKernels), nameof(NormKernels.Squares), entry.Place, command.Sums.Length)]);
    }

    private LaunchOperation OfNorm(GradientNormCommand command)
    {
        var entry = table.Begin(NormWord.Words);
        entry.Address(NormWord.Loss, command.Loss);
        entry.Address(NormWord.Sums, command.Sums);
        entry.Address(NormWord.Norm, command.Norm);
        entry.Address(NormWord.Factor, command.Factor);
        entry.Address(NormWord.Finite, command.Finite);
        entry.Set(NormWord.Blocks, command.Sums.Length);
        entry.Set(NormWord.IsClipped, command.Op.Bound is null ? 0 : 1);
        entry.Set(NormWord.Bound, BitConverter.DoubleToInt64Bits(command.Op.Bound ?? 0));
        return Launch(typeof(NormKernels), nameof(NormKernels.Norm), entry.Place, 1);
    }
}
