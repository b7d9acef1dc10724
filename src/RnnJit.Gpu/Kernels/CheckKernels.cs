using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a check of integers; behind them come extents, strides of the integers and strides of their bounds.</summary>
internal enum CheckWord
{
    Index = 0,
    Bound = 8,

    /// <summary>Lengths of the loop around, see <see cref="DeviceTable.Runs"/>.</summary>
    Loop = 16,
    Length = 25,
    Rank,
    PerRow,
    Largest,
    HasIgnored,
    Ignored,
    Words,
}

/// <summary>Checks of integers before others rely on them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CheckKernels
{
    /// <summary>Every index lies in 0 … largest, or is the one that is ignored.</summary>
    public static void Indices<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place;
        for (long item = DeviceTable.Thread(launch); item < table[place + (int)CheckWord.Length]; item += DeviceTable.Threads(launch))
        {
            if (!Runs(integers, table, launch, item))
                continue;
            int found = integers[At(table, launch, (int)CheckWord.Index, 1, item)];
            bool ignored = table[place + (int)CheckWord.HasIgnored] != 0 && found == table[place + (int)CheckWord.Ignored];
            if (!ignored && (found < 0 || found > table[place + (int)CheckWord.Largest]))
                DeviceStatus.Report(integers, launch, item, found);
        }
    }

    /// <summary>No integer is greater than its bound.</summary>
    public static void Bounds<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place;
        for (long item = DeviceTable.Thread(launch); item < table[place + (int)CheckWord.Length]; item += DeviceTable.Threads(launch))
        {
            if (!Runs(integers, table, launch, item))
                continue;
            int found = integers[At(table, launch, (int)CheckWord.Index, 1, item)];
            int bound = integers[At(table, launch, (int)CheckWord.Bound, 2, item)];
            if (found > bound)
                DeviceStatus.Report(integers, launch, item, found, bound);
        }
    }

    private static bool Runs(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long item) =>
        DeviceTable.Runs(integers, table, launch.Place + (int)CheckWord.Loop, launch, item / table[launch.Place + (int)CheckWord.PerRow]);

    private static long At(ArrayView<long> table, DeviceLaunch launch, int operand, int strides, long item)
    {
        int rank = (int)table[launch.Place + (int)CheckWord.Rank];
        long axes = launch.Place + (int)CheckWord.Words;
        return DeviceTable.Address(table, launch.Place + operand, launch) + DeviceTable.Offset(table, rank, axes, axes + (strides * rank), item);
    }
}
