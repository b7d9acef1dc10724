using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Rows along an axis by index. Neighbours that stay neighbours are copied at once, so rows that are in order already cost
/// little.</summary>
internal sealed unsafe class TakeInstruction : Instruction
{
    private readonly BufferView x;
    private readonly BufferView index;
    private readonly BufferView result;
    private readonly int axis;
    private readonly string name;
    private readonly BufferView rowFrom;
    private readonly BufferView rowTo;
    private readonly int outer;
    private readonly bool runs;
    private Address source;
    private Address which;
    private readonly TakenRows? picked;
    private Address target;
    private Address lengths;

    public TakeInstruction(TakeCommand take)
        : base(take)
    {
        (x, index, result, axis, name, picked) = (take.Input, take.Index, take.Result, take.Axis, take.Name, take.Active);
        rowFrom = x with { Shape = x.Shape[(axis + 1)..], Strides = x.Strides[(axis + 1)..] };
        rowTo = result with { Shape = result.Shape[(axis + 1)..], Strides = result.Strides[(axis + 1)..] };
        outer = x.Shape.Take(axis).Aggregate(1, (product, extent) => product * extent);
        runs = rowFrom.IsContiguous && rowTo.IsContiguous && x.Strides[axis] == rowFrom.Length && result.Strides[axis] == rowFrom.Length;
    }

    public override void Resolve(PlanMemory memory)
    {
        (source, which, target) = (new Address(x, memory), new Address(index, memory), new Address(result, memory));
        if (picked is not null)
            lengths = new Address(picked.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        byte* from = source.At(clock), to = target.At(clock);
        int* rows = (int*)which.At(clock), length = picked is null ? null : (int*)lengths.At(clock);
        int count = index.Length;
        var (start, end) = share.Of(outer * count);
        for (int item = start; item < end;)
        {
            int step = item / count, place = item % count, run = 1, last = Math.Min(end - item, count - place);
            bool runsOn = IsActive(length, rows, place, step);
            while (runs && run < last && IsActive(length, rows, place + run, step) == runsOn
                && (!runsOn || rows[place + run] == rows[place] + run))
                run++;
            if (runsOn)
            {
                IndexCheck.Row(name, rows[place + run - 1], x.Shape[axis]);
                Copy(from, to, step, IndexCheck.Row(name, rows[place], x.Shape[axis]), place, run);
            }
            else if (picked!.Clears)
            {
                Clear(to + (((step * result.Strides[0]) + (place * result.Strides[1])) * result.ElementSize), run);
            }

            item += run;
        }
    }

    private bool IsActive(int* length, int* rows, int place, int step) =>
        length == null || length[picked!.OfSource ? IndexCheck.Row(name, rows[place], x.Shape[axis]) : place] > step;

    private void Clear(byte* to, int run)
    {
        if (runs)
            new Span<byte>(to, checked(run * rowTo.Length * result.ElementSize)).Clear();
        else
            StridedMemory.Clear(to, rowTo.Strides, rowTo.Shape, result.ElementSize, 0);
    }

    private void Copy(byte* from, byte* to, int o, long row, int place, int run)
    {
        long size = x.ElementSize, source = row * x.Strides[axis], target = place * result.Strides[axis];
        for (int a = axis - 1; a >= 0; a--)
        {
            source += o % x.Shape[a] * x.Strides[a];
            target += o % x.Shape[a] * result.Strides[a];
            o /= x.Shape[a];
        }

        if (runs)
            Buffer.MemoryCopy(from + (source * size), to + (target * size), run * rowFrom.Length * size, run * rowFrom.Length * size);
        else
            StridedMemory.Copy(from + (source * size), rowFrom.Strides, to + (target * size), rowTo.Strides, rowFrom.Shape, (int)size, 0);
    }
}
