using ILGPU;
using RnnJit.Cpu.Simd;

namespace RnnJit.Gpu.Kernels;

/// <summary>A launch as emitted kernels see it: operands by number, rows, columns, and memory of the thread.</summary>
public readonly struct DeviceCall<T>
    where T : unmanaged
{
    public readonly ArrayView<T> Reals;
    public readonly ArrayView<int> Integers;
    public readonly int Columns;
    public readonly int Lanes;
    private readonly DeviceWords words;

    public DeviceCall(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
    {
        (Reals, Integers, words) = (reals, integers, new DeviceWords(table, launch));
        (Columns, Lanes) = ((int)words[HeadWord.Columns], (int)words[HeadWord.Lanes]);
    }

    /// <summary>The first unit of this thread.</summary>
    public long FirstUnit => words.Thread;

    /// <summary>Units of all threads.</summary>
    public long Units => words[HeadWord.Units];

    public long Threads => words.Threads;

    /// <summary>Number of this item's first unit in a launch over several items.</summary>
    public long First => words[HeadWord.First];

    /// <summary>Memory of this thread: rows of kept values, then lanes of sums.</summary>
    public long ThreadMemory => words[HeadWord.Memory] + (words.Thread * words[HeadWord.MemoryStride]);

    public int RowOf(long unit) => (int)(unit / words[HeadWord.UnitsPerRow]);

    public int StartOf(long unit) => (int)(PartOf(unit) * words[HeadWord.Span]);

    public int EndOf(long unit)
    {
        long end = (PartOf(unit) + 1) * words[HeadWord.Span];
        return end < Columns ? (int)end : Columns;
    }

    /// <summary>The beginning of a row of an operand.</summary>
    public long At(int operand, int row)
    {
        long word = Operand(operand);
        return words.RowAddress(word, Axes, HeadWord.Words, word + DeviceWords.AddressWords, row);
    }

    /// <summary>True where a row is computed: with lengths, rows that have ended are not.</summary>
    public bool Runs(int row)
    {
        if (words[HeadWord.HasLengths] == 0)
            return true;

        uint number = (uint)row, step = number / (uint)words[HeadWord.RowsPerStep];
        uint item = number / (uint)words[HeadWord.RowsPerItem] % (uint)words[HeadWord.Items];
        long lengths = words.Address(HeadWord.Lengths);
        return words[HeadWord.BatchFirst] != 0 ? Integers[lengths + step] > item : Integers[lengths + item] > step;
    }

    /// <summary>Fills outputs that are 0 in rows that are not computed.</summary>
    public void Clear(int row, int start, int end)
    {
        for (int operand = 0; operand < words[HeadWord.Operands]; operand++)
        {
            long width = words[Operand(operand) + DeviceWords.AddressWords + Axes];
            long at = width == 0 ? 0 : At(operand, row);
            for (int j = start; j < end && j < width; j++)
                Reals[at + j] = default;
        }
    }

    /// <summary>The beginning of a row of kept values, from the memory of the thread on.</summary>
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

    private long PartOf(long unit) => unit - (RowOf(unit) * words[HeadWord.UnitsPerRow]);

    private int Axes => (int)words[HeadWord.Axes];

    private long Lane(long memory, int slot) => memory + (words[HeadWord.Kept] * Columns) + (slot * Lanes);

    // Address, a stride for each axis of rows, and the columns to clear in rows that are not computed.
    private long Operand(int operand) => HeadWord.Words + Axes + (operand * (DeviceWords.AddressWords + Axes + 1));
}
