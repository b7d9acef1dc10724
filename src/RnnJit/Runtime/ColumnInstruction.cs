using RnnJit.Cpu;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Σ over rows, or Σ over rows of a · b, for each column.</summary>
internal sealed unsafe class ColumnInstruction<T>(ColumnSumCommand sum) : Instruction(sum)
    where T : unmanaged
{
    private const int Unit = 16;

    private readonly ActiveRows? active = sum.Active;
    private readonly int rows = sum.Rows;
    private readonly int columns = sum.Columns;
    private readonly long aRow = sum.ARow;
    private readonly long bRow = sum.BRow;
    private readonly bool forwards = sum.Forwards;
    private readonly bool accumulate = sum.Accumulate;
    private readonly bool isDot = sum.B is not null;
    private Address x;
    private Address y;
    private Address z;
    private Address lengths;

    public override void Resolve(PlanMemory memory)
    {
        x = new Address(sum.A, memory);
        y = new Address(sum.B ?? sum.A, memory);
        z = new Address(sum.Result, memory);
        if (active is not null)
            lengths = new Address(active.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(columns, Unit);
        if (start >= end)
            return;
        T* px = (T*)x.At(clock), py = (T*)y.At(clock), pz = (T*)z.At(clock);
        if (active is null)
        {
            Add(px, py, rows, start, end, pz, accumulate);
            return;
        }

        if (!accumulate)
            new Span<T>(pz + start, end - start).Clear();
        int* length = (int*)lengths.At(clock);
        for (int i = 0; i < active.Steps; i++)
        {
            int t = forwards ? i : active.Steps - 1 - i;
            long row = (long)t * active.Batch;
            int count = ActiveRowCount.At(length, t, active.Batch);
            if (active.Axes == ActiveAxes.SumOfSteps)
                Add(px + (t * aRow), py + (t * bRow), 1, start, Math.Min(end, count * (columns / active.Batch)), pz, adds: true);
            else if (count > 0)
                Add(px + (row * aRow), py + (row * bRow), count, start, end, pz, adds: true);
        }
    }

    private void Add(T* px, T* py, int count, int start, int end, T* pz, bool adds)
    {
        // The kernels begin at the last of so many rows: forwards that is the first.
        nint xRow = (nint)aRow, yRow = (nint)bRow;
        if (forwards)
        {
            px += (count - 1) * xRow;
            py += (count - 1) * yRow;
            (xRow, yRow) = (-xRow, -yRow);
        }

        if (!isDot)
            ColumnReduction.Sum(px, xRow, count, start, end, pz, adds);
        else
            ColumnReduction.Dot(px, xRow, py, yRow, count, start, end, pz, adds);
    }
}
