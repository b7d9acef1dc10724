using RnnJit.Cpu.Gemm;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Counts of rows that run.</summary>
internal static unsafe class ActiveRowCount
{
    /// <summary>Rows up to the last one that runs at a step, of the first <paramref name="rows"/>. Later steps have
    /// no more than earlier ones.</summary>
    public static int At(int* lengths, int t, int rows)
    {
        while (rows > 0 && lengths[rows - 1] <= t)
            rows--;
        return rows;
    }
}

/// <summary>Numbers of the rows of [T, B] that run, from the last to the first or, forwards, from the first to the last;
/// before them how many there are.</summary>
internal sealed unsafe class ListRowsInstruction(ListRowsCommand rows) : Instruction(rows)
{
    private readonly int steps = rows.Steps;
    private readonly int batch = rows.Batch;
    private Address from;
    private Address to;

    public override void Resolve(PlanMemory memory) => (from, to) = (new Address(rows.Lengths, memory), new Address(rows.Listed, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part > 0)
            return;

        int* length = (int*)from.At(clock), list = (int*)to.At(clock);
        int count = 0;
        for (int t = steps - 1; t >= 0; t--)
        {
            for (int row = ActiveRowCount.At(length, t, batch) - 1; row >= 0; row--)
                list[++count] = (t * batch) + row;
        }

        if (rows.Forwards)
            new Span<int>(list + 1, count).Reverse();
        list[0] = count;
    }
}

/// <summary>Packs the listed rows of a right operand, and no others, into panels.</summary>
internal sealed unsafe class PackListedInstruction<T>(PackListedCommand pack) : Instruction(pack)
    where T : unmanaged
{
    private readonly ActiveRows active = pack.Rows;
    private readonly int n = pack.N;
    private readonly long nStride = pack.NStride;
    private readonly long timeStride = pack.TimeStride;
    private readonly long rowStride = pack.RowStride;
    private readonly bool joins = pack.TimeStride == pack.Rows.Batch * pack.RowStride;
    private Address from;
    private Address list;
    private Address to;

    public override void Resolve(PlanMemory memory) =>
        (from, list, to) = (new Address(pack.Source, memory), new Address(active.Listed!, memory), new Address(pack.Target, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(Gemm.Panels<T>(n));
        int* rows = (int*)list.At(clock);
        int count = *rows++;
        var packed = new PackedMatrix<T>((T*)to.At(clock), n, count);
        for (int k = 0; k < count;)
        {
            // Down to the first row of its step or up to the last, or on where steps join.
            int run = 1, t = rows[k] / active.Batch, row = rows[k] % active.Batch, next = k + 1 < count && rows[k + 1] > rows[k] ? 1 : -1;
            while (k + run < count && rows[k + run] == rows[k] + (next * run) && (joins || rows[k + run] / active.Batch == t))
                run++;
            T* data = (T*)from.At(clock) + (t * timeStride) + (row * rowStride);
            Gemm.Pack(new PackSource<T>(data, (nint)nStride, (nint)(next * rowStride), n, run), packed, 0, k, start, end);
            k += run;
        }
    }
}
