using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Rows of tables by index.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RowKernels
{
    public static void Gather<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long width = words[IndexedWord.Width];
        long from = words.Address(IndexedWord.Table), to = words.Address(IndexedWord.Rows);
        for (long unit = words.Thread; unit < words[IndexedWord.Items] * width; unit += words.Threads)
        {
            long item = unit / width, column = unit % width;
            if (!Runs(integers, words, item))
            {
                if (words[IndexedWord.Active] == 2 && IsInLoop(integers, words, item))
                    reals[to + unit] = V.Narrow(0);
                continue;
            }

            long row = Row(integers, words, item);
            if (row >= 0)
                reals[to + unit] = reals[from + (row * width) + column];
        }
    }

    /// <summary>A thread adds a column of all rows, in their order.</summary>
    public static void Scatter<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long width = words[IndexedWord.Width];
        long to = words.Address(IndexedWord.Table), from = words.Address(IndexedWord.Rows);
        for (long column = words.Thread; column < width; column += words.Threads)
        {
            for (long row = 0; row < words[IndexedWord.Size] && words[IndexedWord.Adds] == 0; row++)
                reals[to + (row * width) + column] = V.Narrow(0);
            for (long item = 0; item < words[IndexedWord.Items]; item++)
            {
                long row = Runs(integers, words, item) ? Row(integers, words, item) : -1;
                if (row >= 0)
                    reals[to + (row * width) + column] = V.Sum(V.Broadcast(reals[to + (row * width) + column])
                        + V.Broadcast(reals[from + (item * width) + column]));
            }
        }
    }

    private static bool Runs(ArrayView<int> integers, DeviceWords words, long item)
    {
        if (!IsInLoop(integers, words, item))
            return false;
        if (words[IndexedWord.Active] == 0)
            return true;

        long lengths = words.Address(IndexedWord.Lengths);
        long batch = words[IndexedWord.Batch], row = item / words[IndexedWord.Inner];
        return integers[lengths + (row % batch)] > row / batch;
    }

    private static bool IsInLoop(ArrayView<int> integers, DeviceWords words, long item) =>
        words.Runs(integers, IndexedWord.Loop, item / words[IndexedWord.PerRow]);

    // −1 for an index that has no row.
    private static long Row(ArrayView<int> integers, DeviceWords words, long item)
    {
        int row = integers[words.Address(IndexedWord.Index) + item];
        if (row >= 0 && row < words[IndexedWord.Size])
            return row;

        DeviceStatus.Report(integers, words, item, row);
        return -1;
    }
}
