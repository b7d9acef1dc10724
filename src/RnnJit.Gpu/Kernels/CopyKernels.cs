using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a copy; behind them come extents, strides of the source and strides of the target.</summary>
internal enum CopyWord
{
    From = 0,
    To = 8,
    Length = 16,
    Rank,

    /// <summary>1 where rows of the first axis that take the step are left alone.</summary>
    RestsOnly,

    /// <summary>Elements of a row of the first axis.</summary>
    Row,

    /// <summary>The value that is written where there is no source.</summary>
    Value,

    /// <summary>Lengths of the loop, see <see cref="DeviceTable.Runs"/>.</summary>
    Lengths,
    Words = 32,
}

/// <summary>Copies, fills and packing between views of one shape.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CopyKernels
{
    public static void Copy<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)CopyWord.Length]; i += DeviceTable.Threads(launch))
        {
            if (Takes(integers, table, launch, i))
                reals[To(table, launch, i)] = reals[From(table, launch, i)];
        }
    }

    public static void CopyIntegers<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)CopyWord.Length]; i += DeviceTable.Threads(launch))
        {
            if (Takes(integers, table, launch, i))
                integers[To(table, launch, i)] = integers[From(table, launch, i)];
        }
    }

    public static void Fill<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        T value = V.Narrow(Interop.IntAsFloat((ulong)table[launch.Place + (int)CopyWord.Value]));
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)CopyWord.Length]; i += DeviceTable.Threads(launch))
        {
            if (Takes(integers, table, launch, i))
                reals[To(table, launch, i)] = value;
        }
    }

    public static void FillIntegers<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        int value = (int)Interop.IntAsFloat((ulong)table[launch.Place + (int)CopyWord.Value]);
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)CopyWord.Length]; i += DeviceTable.Threads(launch))
        {
            if (Takes(integers, table, launch, i))
                integers[To(table, launch, i)] = value;
        }
    }

    internal static long From(ArrayView<long> table, DeviceLaunch launch, long i)
    {
        int rank = (int)table[launch.Place + (int)CopyWord.Rank];
        long axes = launch.Place + (int)CopyWord.Words;
        return DeviceTable.Address(table, launch.Place + (int)CopyWord.From, launch) + DeviceTable.Offset(table, rank, axes, axes + rank, i);
    }

    internal static long To(ArrayView<long> table, DeviceLaunch launch, long i)
    {
        int rank = (int)table[launch.Place + (int)CopyWord.Rank];
        long axes = launch.Place + (int)CopyWord.Words;
        return DeviceTable.Address(table, launch.Place + (int)CopyWord.To, launch) + DeviceTable.Offset(table, rank, axes, axes + (2 * rank), i);
    }

    private static bool Takes(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long i) =>
        table[launch.Place + (int)CopyWord.RestsOnly] == 0
        || !DeviceTable.Runs(integers, table, launch.Place + (int)CopyWord.Lengths, launch, i / table[launch.Place + (int)CopyWord.Row]);
}
