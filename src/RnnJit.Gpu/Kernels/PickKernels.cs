using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a selection of rows along an axis; behind them come the extents before the axis and their strides in source and target, then those behind it.</summary>
internal enum TakeWord
{
    From = 0,
    Index = 8,
    To = 16,
    Lengths = 24,
    Outer = 32,
    Count,
    Inner,
    Extent,
    StrideFrom,
    StrideTo,
    OuterRank,
    InnerRank,

    /// <summary>0: all rows; else rows that run: 1 leaves the others alone, 2 clears them.</summary>
    Active,
    OfSource,
    IsInteger,
    Words,
}

/// <summary>Words of operations on row numbers and lengths.</summary>
internal enum OrderWord
{
    From = 0,
    To = 8,
    Count = 16,
    Size,
    Steps,
    First,
    Forwards,
    Batch,
    Words,
}

/// <summary>Rows along an axis by index, and the indices that lengths give.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PickKernels
{
    public static void Take<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, count = table[place + (int)TakeWord.Count], inner = table[place + (int)TakeWord.Inner];
        int outerRank = (int)table[place + (int)TakeWord.OuterRank], innerRank = (int)table[place + (int)TakeWord.InnerRank];
        long outerAxes = place + (int)TakeWord.Words, innerAxes = outerAxes + (3 * outerRank);
        for (long unit = DeviceTable.Thread(launch); unit < table[place + (int)TakeWord.Outer] * count * inner; unit += DeviceTable.Threads(launch))
        {
            long e = unit % inner, which = unit / inner % count, outer = unit / inner / count;
            int row = integers[DeviceTable.Address(table, place + (int)TakeWord.Index, launch) + which];
            if (row < 0 || row >= table[place + (int)TakeWord.Extent])
            {
                DeviceStatus.Report(integers, launch, which, row);
                continue;
            }

            bool runs = Lives(integers, table, launch, which, row, outer);
            if (!runs && table[place + (int)TakeWord.Active] != 2)
                continue;
            long from = DeviceTable.Address(table, place + (int)TakeWord.From, launch) + DeviceTable.Offset(table, outerRank, outerAxes, outerAxes + outerRank, outer)
                + (row * table[place + (int)TakeWord.StrideFrom]) + DeviceTable.Offset(table, innerRank, innerAxes, innerAxes + innerRank, e);
            long to = DeviceTable.Address(table, place + (int)TakeWord.To, launch) + DeviceTable.Offset(table, outerRank, outerAxes, outerAxes + (2 * outerRank), outer)
                + (which * table[place + (int)TakeWord.StrideTo]) + DeviceTable.Offset(table, innerRank, innerAxes, innerAxes + (2 * innerRank), e);
            if (table[place + (int)TakeWord.IsInteger] != 0)
                integers[to] = runs ? integers[from] : 0;
            else
                reals[to] = runs ? reals[from] : V.Narrow(0);
        }
    }

    /// <summary>The place of a row is the number of rows that are longer, or as long and before it.</summary>
    public static void Sort<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long count = table[launch.Place + (int)OrderWord.Count];
        long from = DeviceTable.Address(table, launch.Place + (int)OrderWord.From, launch), to = DeviceTable.Address(table, launch.Place + (int)OrderWord.To, launch);
        for (long row = DeviceTable.Thread(launch); row < count; row += DeviceTable.Threads(launch))
        {
            int length = integers[from + row], before = 0;
            for (long other = 0; other < count; other++)
            {
                int others = integers[from + other];
                if (others > length || (others == length && other < row))
                    before++;
            }

            integers[to + before] = (int)row;
        }
    }

    public static void Inverse<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long from = DeviceTable.Address(table, launch.Place + (int)OrderWord.From, launch), to = DeviceTable.Address(table, launch.Place + (int)OrderWord.To, launch);
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)OrderWord.Count]; i += DeviceTable.Threads(launch))
        {
            int row = integers[from + i];
            if (row >= 0 && row < table[launch.Place + (int)OrderWord.Size])
                integers[to + row] = (int)i;
            else
                DeviceStatus.Report(integers, launch, i, row);
        }
    }

    public static void BlockLengths<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long batch = table[launch.Place + (int)OrderWord.Batch], steps = table[launch.Place + (int)OrderWord.Steps];
        long from = DeviceTable.Address(table, launch.Place + (int)OrderWord.From, launch), to = DeviceTable.Address(table, launch.Place + (int)OrderWord.To, launch);
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)OrderWord.Count]; i += DeviceTable.Threads(launch))
        {
            long left = integers[from + (i % batch)] - table[launch.Place + (int)OrderWord.First] - (i / batch * steps);
            integers[to + i] = (int)(left < 0 ? 0 : left > steps ? steps : left);
        }
    }

    /// <summary>One thread lists the rows that run: last to first, or first to last.</summary>
    public static void List<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        if (DeviceTable.Thread(launch) > 0)
            return;

        long batch = table[launch.Place + (int)OrderWord.Batch], total = table[launch.Place + (int)OrderWord.Steps] * batch;
        long from = DeviceTable.Address(table, launch.Place + (int)OrderWord.From, launch), to = DeviceTable.Address(table, launch.Place + (int)OrderWord.To, launch);
        int count = 0;
        for (long i = 0; i < total; i++)
        {
            long row = table[launch.Place + (int)OrderWord.Forwards] != 0 ? i : total - 1 - i;
            if (DeviceTable.IsActive(integers, from, batch, row % batch, row / batch))
                integers[to + (++count)] = (int)row;
        }

        integers[to] = count;
    }

    private static bool Lives(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long which, int row, long step) =>
        table[launch.Place + (int)TakeWord.Active] == 0
        || integers[DeviceTable.Address(table, launch.Place + (int)TakeWord.Lengths, launch) + (table[launch.Place + (int)TakeWord.OfSource] != 0 ? row : which)] > step;
}
