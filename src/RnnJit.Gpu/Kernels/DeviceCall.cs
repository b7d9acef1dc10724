using ILGPU;
using RnnJit.Cpu.Simd;

namespace RnnJit.Gpu.Kernels;

/// <summary>What emitted kernels see of a launch: operands by number, rows, columns, and memory of the thread.</summary>
public readonly struct DeviceCall<T>
    where T : unmanaged
{
    /// <summary>Words in front of the operands: see <see cref="HeadWord"/>.</summary>
    internal const int HeadWords = 24;

    public readonly ArrayView<T> Reals;
    public readonly ArrayView<int> Integers;
    public readonly int Columns;
    public readonly int Lanes;
    private readonly ArrayView<long> table;
    private readonly DeviceLaunch launch;

    public DeviceCall(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
    {
        (Reals, Integers, this.table, this.launch) = (reals, integers, table, launch);
        Columns = (int)table[launch.Place + (int)HeadWord.Columns];
        Lanes = (int)table[launch.Place + (int)HeadWord.Lanes];
    }

    /// <summary>The first unit of this thread.</summary>
    public long FirstUnit => DeviceTable.Thread(launch);

    /// <summary>Units of all threads.</summary>
    public long Units => Head(HeadWord.Units);

    public long Threads => DeviceTable.Threads(launch);

    /// <summary>Memory of this thread: rows of kept values, then lanes of sums.</summary>
    public long ThreadMemory => Head(HeadWord.Memory) + (DeviceTable.Thread(launch) * Head(HeadWord.MemoryStride));

    public int RowOf(long unit) => (int)(unit / Head(HeadWord.UnitsPerRow));

    public int StartOf(long unit) => (int)(unit % Head(HeadWord.UnitsPerRow) * Head(HeadWord.Span));

    public int EndOf(long unit)
    {
        long end = ((unit % Head(HeadWord.UnitsPerRow)) + 1) * Head(HeadWord.Span);
        return end < Columns ? (int)end : Columns;
    }

    /// <summary>Where a row of an operand begins.</summary>
    public long At(int operand, int row)
    {
        long place = Operand(operand);
        return DeviceTable.Address(table, place, launch) + DeviceTable.Offset(table, Axes, launch.Place + HeadWords, place + DeviceTable.AddressWords, row);
    }

    /// <summary>Whether a row is computed: with lengths, rows behind their end are not.</summary>
    public bool Runs(int row)
    {
        if (Head(HeadWord.HasLengths) == 0)
            return true;

        long step = row / Head(HeadWord.RowsPerStep), item = row / Head(HeadWord.RowsPerItem) % Head(HeadWord.Items);
        long lengths = DeviceTable.Address(table, launch.Place + (int)HeadWord.Lengths, launch);
        return Head(HeadWord.BatchFirst) != 0 ? Integers[lengths + step] > item : Integers[lengths + item] > step;
    }

    /// <summary>Fills outputs that are 0 in rows that are not computed.</summary>
    public void Clear(int row, int start, int end)
    {
        for (int operand = 0; operand < Head(HeadWord.Operands); operand++)
        {
            long width = table[Operand(operand) + DeviceTable.AddressWords + Axes];
            long at = width == 0 ? 0 : At(operand, row);
            for (int j = start; j < end && j < width; j++)
                Reals[at + j] = default;
        }
    }

    /// <summary>Where a row of kept values begins, from the memory of the thread on.</summary>
    public long KeptRow(int place) => place * (long)Columns;

    public void SetLane<V>(long memory, int slot, int lane, V value)
        where V : struct, ISimd<V, T> => Reals[Lane(memory, slot) + lane] = V.Sum(value);

    /// <summary>The sum of the lanes: the upper half is added to the lower, until one is left.</summary>
    public V Sum<V>(long memory, int slot)
        where V : struct, ISimd<V, T>
    {
        long at = Lane(memory, slot);
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                Reals[at + lane] = V.Sum(V.Broadcast(Reals[at + lane]) + V.Broadcast(Reals[at + lane + half]));
        }

        return V.Broadcast(Reals[at]);
    }

    public V Max<V>(long memory, int slot)
        where V : struct, ISimd<V, T>
    {
        long at = Lane(memory, slot);
        V most = V.Broadcast(Reals[at]);
        for (int lane = 1; lane < Lanes; lane++)
            most = V.Max(most, V.Broadcast(Reals[at + lane]));
        return most;
    }

    private int Axes => (int)Head(HeadWord.Axes);

    private long Lane(long memory, int slot) => memory + (Head(HeadWord.Kept) * Columns) + (slot * Lanes);

    // Address, a stride for each axis of rows, and the columns to clear in rows that are not computed.
    private long Operand(int operand) => launch.Place + HeadWords + Axes + (operand * (DeviceTable.AddressWords + Axes + 1));

    private long Head(HeadWord word) => table[launch.Place + (int)word];
}

/// <summary>Words in front of the operands of a kernel; behind them come the extents of the axes of rows.</summary>
internal enum HeadWord
{
    Columns,
    Units,
    UnitsPerRow,
    Span,
    Lanes,
    Memory,
    MemoryStride,
    Kept,
    Axes,
    Operands,
    HasLengths,
    BatchFirst,
    RowsPerStep,
    RowsPerItem,
    Items,

    /// <summary>An address.</summary>
    Lengths = 16,
}
