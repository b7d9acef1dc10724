using RnnJit.Cpu.Gemm;
using RnnJit.Planning;

namespace RnnJit.Runtime;

/// <summary>Where a product or sum has time and the rows of the batch.</summary>
internal enum LiveAxes
{
    /// <summary>As rows of A and C, or both summed over.</summary>
    Rows,

    /// <summary>Both are loops, time the first and the batch the second.</summary>
    Loops,

    /// <summary>A loop over the batch; steps are rows of A and C.</summary>
    Steps,

    /// <summary>A loop over the batch, or its columns one behind the other; steps are summed over.</summary>
    SumOfSteps,
}

/// <summary>Rows with lengths that a product or sum over all steps is done for: at each step those up to the last that still runs, which are all of them where rows are ordered by length.</summary>
/// <param name="BatchFirst">Rows are those of [B, T, …], of which a row of the batch has the first ones.</param>
/// <param name="Listed">Where <see cref="ListInstruction"/> puts their numbers; for sums.</param>
internal sealed record LiveRows(RowEnd Kind, View Lengths, int Steps, int Batch, View? Listed = null, LiveAxes Axes = LiveAxes.Rows, bool BatchFirst = false)
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "live";

    public IEnumerable<View> Views => Listed is null ? [Lengths] : [Lengths, Listed];

    /// <summary>How many of the first rows may still run at a step, of the first <paramref name="rows"/>. Later steps have no more than earlier ones.</summary>
    public static unsafe int Count(int* lengths, int t, int rows)
    {
        while (rows > 0 && lengths[rows - 1] <= t)
            rows--;
        return rows;
    }

    public string Describe => Kind switch
    {
        RowEnd.Unread => ", rows that run only",
        RowEnd.Zero => ", rows that run only, 0 behind",
        RowEnd.Start => ", rows that run only",
        _ => ", of rows that run only",
    };
}

/// <summary>Numbers of the rows of [T, B] that run, from the last to the first or, forwards, from the first to the last; before them how many there are.</summary>
internal sealed unsafe class ListInstruction(View lengths, View listed, int steps, int batch, bool forwards) : Instruction
{
    private Address from;
    private Address to;

    public override IEnumerable<View> Views => [lengths, listed];

    public override string Describe => $"list the rows of {steps} steps of {batch} that run";

    public override void Resolve() => (from, to) = (new Address(lengths), new Address(listed));

    public override void Execute(in Share share, in Clock clock)
    {
        if (share.Part > 0)
            return;

        int* length = (int*)from.At(clock), list = (int*)to.At(clock);
        int count = 0;
        for (int t = steps - 1; t >= 0; t--)
        {
            for (int row = LiveRows.Count(length, t, batch) - 1; row >= 0; row--)
                list[++count] = (t * batch) + row;
        }

        if (forwards)
            new Span<int>(list + 1, count).Reverse();
        list[0] = count;
    }
}

/// <summary>Packs the listed rows of a right operand, and no others, into panels.</summary>
/// <param name="timeStride">From a row of one step to that of the next.</param>
/// <param name="rowStride">From a row to the next of the same step.</param>
internal sealed unsafe class PackListedInstruction<T>(View source, long nStride, long timeStride, long rowStride, int n, LiveRows live, View target) : Instruction
    where T : unmanaged
{
    private readonly bool joins = timeStride == live.Batch * rowStride;
    private Address from;
    private Address list;
    private Address to;

    public override IEnumerable<View> Views => [source, live.Listed!, target];

    public override string Describe => $"pack {n} columns of the rows that run";

    public override void Resolve() => (from, list, to) = (new Address(source), new Address(live.Listed!), new Address(target));

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = share.Of(Gemm.Panels<T>(n));
        int* rows = (int*)list.At(clock);
        int count = *rows++;
        var packed = new PackedMatrix<T>((T*)to.At(clock), n, count);
        for (int k = 0; k < count;)
        {
            // Down to the first row of its step or up to the last, or on where steps join.
            int run = 1, t = rows[k] / live.Batch, row = rows[k] % live.Batch, next = k + 1 < count && rows[k + 1] > rows[k] ? 1 : -1;
            while (k + run < count && rows[k + run] == rows[k] + (next * run) && (joins || rows[k + run] / live.Batch == t))
                run++;
            T* data = (T*)from.At(clock) + (t * timeStride) + (row * rowStride);
            Gemm.Pack(new PackSource<T>(data, (nint)nStride, (nint)(next * rowStride), n, run), packed, 0, k, start, end);
            k += run;
        }
    }
}
