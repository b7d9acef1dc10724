using RnnJit.Cpu.Gemm;
using RnnJit.Plans;

namespace RnnJit.Runtime;

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
