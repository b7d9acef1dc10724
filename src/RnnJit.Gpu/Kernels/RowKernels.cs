using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a gather or scatter.</summary>
internal enum IndexedWord
{
    Table = 0,
    Index = 8,
    Rows = 16,
    Lengths = 24,

    /// <summary>Lengths of the loop around, see <see cref="DeviceTable.Runs"/>.</summary>
    Loop = 32,
    Items = 41,
    Width,
    Size,
    PerRow,

    /// <summary>1 where rows with lengths are left out, 2 where they are 0.</summary>
    Active,
    Batch,

    /// <summary>Items of a row of a step.</summary>
    Inner,
    Adds,
    Words,
}

/// <summary>Rows of tables by index.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RowKernels
{
    public static void Gather<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, width = table[place + (int)IndexedWord.Width];
        long from = DeviceTable.Address(table, place + (int)IndexedWord.Table, launch), to = DeviceTable.Address(table, place + (int)IndexedWord.Rows, launch);
        for (long unit = DeviceTable.Thread(launch); unit < table[place + (int)IndexedWord.Items] * width; unit += DeviceTable.Threads(launch))
        {
            long item = unit / width, column = unit % width;
            if (!Runs(integers, table, launch, item))
            {
                if (table[place + (int)IndexedWord.Active] == 2 && IsInLoop(integers, table, launch, item))
                    reals[to + unit] = V.Narrow(0);
                continue;
            }

            long row = Row(integers, table, launch, item);
            if (row >= 0)
                reals[to + unit] = reals[from + (row * width) + column];
        }
    }

    /// <summary>A thread adds a column of all rows, in their order.</summary>
    public static void Scatter<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, width = table[place + (int)IndexedWord.Width];
        long to = DeviceTable.Address(table, place + (int)IndexedWord.Table, launch), from = DeviceTable.Address(table, place + (int)IndexedWord.Rows, launch);
        for (long column = DeviceTable.Thread(launch); column < width; column += DeviceTable.Threads(launch))
        {
            for (long row = 0; row < table[place + (int)IndexedWord.Size] && table[place + (int)IndexedWord.Adds] == 0; row++)
                reals[to + (row * width) + column] = V.Narrow(0);
            for (long item = 0; item < table[place + (int)IndexedWord.Items]; item++)
            {
                long row = Runs(integers, table, launch, item) ? Row(integers, table, launch, item) : -1;
                if (row >= 0)
                    reals[to + (row * width) + column] = V.Sum(V.Broadcast(reals[to + (row * width) + column]) + V.Broadcast(reals[from + (item * width) + column]));
            }
        }
    }

    private static bool Runs(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long item)
    {
        if (!IsInLoop(integers, table, launch, item))
            return false;
        if (table[launch.Place + (int)IndexedWord.Active] == 0)
            return true;

        long lengths = DeviceTable.Address(table, launch.Place + (int)IndexedWord.Lengths, launch);
        long batch = table[launch.Place + (int)IndexedWord.Batch], row = item / table[launch.Place + (int)IndexedWord.Inner];
        return integers[lengths + (row % batch)] > row / batch;
    }

    private static bool IsInLoop(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long item) =>
        DeviceTable.Runs(integers, table, launch.Place + (int)IndexedWord.Loop, launch, item / table[launch.Place + (int)IndexedWord.PerRow]);

    // −1 for an index that has no row.
    private static long Row(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long item)
    {
        int row = integers[DeviceTable.Address(table, launch.Place + (int)IndexedWord.Index, launch) + item];
        if (row >= 0 && row < table[launch.Place + (int)IndexedWord.Size])
            return row;

        DeviceStatus.Report(integers, launch, item, row);
        return -1;
    }
}
