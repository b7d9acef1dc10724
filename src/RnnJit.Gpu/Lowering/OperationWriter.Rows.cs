using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Ir;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Gpu.Lowering;

// Rows by index, and checks.
internal sealed partial class OperationWriter
{
    private LaunchOperation OfGather(GatherCommand gather)
    {
        var entry = Indexed(gather.Table, gather.Index, gather.Result, gather.Width, gather.Active, inLoop: true);
        int inner = gather.Active is { } rows ? gather.Index.Length / Math.Max(rows.Steps * rows.Batch, 1) : 1;
        entry.Set(IndexedWord.Inner, Math.Max(inner, 1));
        entry.Set(IndexedWord.Active, gather.Active is null ? 0 : gather.Active.Kind == PaddingResult.Zero ? 2 : 1);
        return Launch(typeof(RowKernels), nameof(RowKernels.Gather), entry.Place, (long)gather.Index.Length * gather.Width, gather);
    }

    private LaunchOperation OfScatter(ScatterCommand scatter)
    {
        var entry = Indexed(scatter.Table, scatter.Index, scatter.Input, scatter.Width, scatter.Active, inLoop: true);
        entry.Set(IndexedWord.Inner, 1);
        entry.Set(IndexedWord.Active, scatter.Active is null ? 0 : 1);
        entry.Set(IndexedWord.Adds, scatter.Adds ? 1 : 0);
        return Launch(typeof(RowKernels), nameof(RowKernels.Scatter), entry.Place, scatter.Width, scatter);
    }

    private TableWriter.TableEntry Indexed(BufferView rows, BufferView index, BufferView values, int width, ActiveRows? active, bool inLoop)
    {
        var entry = table.Begin(IndexedWord.Words);
        entry.Address(IndexedWord.Table, rows);
        entry.Address(IndexedWord.Index, index);
        entry.Address(IndexedWord.Rows, values);
        entry.Address(IndexedWord.Lengths, active?.Lengths);
        entry.Loop(IndexedWord.Loop, inLoop ? lengths : null);
        entry.Set(IndexedWord.Items, index.Length);
        entry.Set(IndexedWord.Width, width);
        entry.Set(IndexedWord.Size, rows.Shape[0]);
        entry.Set(IndexedWord.PerRow, PerRow(index));
        entry.Set(IndexedWord.Batch, Math.Max(active?.Batch ?? 1, 1));
        return entry;
    }

    private LaunchOperation OfTake(TakeCommand take)
    {
        BufferView from = take.Input, to = take.Result;
        int axis = take.Axis;
        long outer = from.Shape.Take(axis).Aggregate(1L, (product, extent) => product * extent),
            inner = from.Shape.Skip(axis + 1).Aggregate(1L, (product, extent) => product * extent);
        var entry = table.Begin(TakeWord.Words);
        entry.Address(TakeWord.From, from);
        entry.Address(TakeWord.Index, take.Index);
        entry.Address(TakeWord.To, to);
        entry.Address(TakeWord.Lengths, take.Active?.Lengths);
        entry.Set(TakeWord.Outer, outer);
        entry.Set(TakeWord.Count, take.Index.Length);
        entry.Set(TakeWord.Inner, inner);
        entry.Set(TakeWord.Extent, from.Shape[axis]);
        entry.Set(TakeWord.StrideFrom, from.Strides[axis]);
        entry.Set(TakeWord.StrideTo, to.Strides[axis]);
        entry.Set(TakeWord.OuterRank, axis);
        entry.Set(TakeWord.InnerRank, from.Rank - axis - 1);
        entry.Set(TakeWord.Active, take.Active is null ? 0 : take.Active.Clears ? 2 : 1);
        entry.Set(TakeWord.OfSource, take.Active?.OfSource == true ? 1 : 0);
        entry.Set(TakeWord.IsInteger, from.Buffer.Element == ElementType.I32 ? 1 : 0);
        entry.Append(from.Shape.Take(axis));
        entry.Append(from.Strides.Take(axis));
        entry.Append(to.Strides.Take(axis));
        entry.Append(from.Shape.Skip(axis + 1));
        entry.Append(from.Strides.Skip(axis + 1));
        entry.Append(to.Strides.Skip(axis + 1));
        return Launch(typeof(PickKernels), nameof(PickKernels.Take), entry.Place, outer * take.Index.Length * inner, take);
    }

    private LaunchOperation OfCheck(CheckIndicesCommand check)
    {
        var entry = Checked(check.Index, check.Index);
        entry.Set(CheckWord.Largest, check.Largest);
        entry.Set(CheckWord.HasIgnored, check.Ignored is null ? 0 : 1);
        entry.Set(CheckWord.Ignored, check.Ignored ?? 0);
        return Launch(typeof(CheckKernels), nameof(CheckKernels.Indices), entry.Place, check.Index.Length, check);
    }

    private LaunchOperation OfCheck(CheckBoundsCommand check) =>
        Launch(typeof(CheckKernels), nameof(CheckKernels.Bounds), Checked(check.Input, check.Bound).Place,
            check.Input.Length, check);

    private TableWriter.TableEntry Checked(BufferView index, BufferView bound)
    {
        var entry = table.Begin(CheckWord.Words);
        entry.Address(CheckWord.Index, index);
        entry.Address(CheckWord.Bound, bound);
        entry.Loop(CheckWord.Loop, index.Rank > 0 ? lengths : null);
        entry.Set(CheckWord.Length, index.Length);
        entry.Set(CheckWord.Rank, index.Rank);
        entry.Set(CheckWord.PerRow, PerRow(index));
        entry.Append(index.Shape);
        entry.Append(index.Strides);
        entry.Append(bound.Strides);
        return entry;
    }

    private static int PerRow(BufferView index) => Math.Max(index.Length / Math.Max(index.Rank == 0 ? 1 : index.Shape[0], 1), 1);
}
