using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of the packing of listed rows.</summary>
internal enum PackListedWord
{
    From = 0,
    Listed = 8,
    To = 16,
    N = 24,
    Column,
    Time,
    Row,
    Batch,
    Most,
    Words,
}

/// <summary>Right operands of products side by side: element (k, n) lies at k · N + n.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PackKernels
{
    public static void Listed<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, n = table[place + (int)PackListedWord.N], batch = table[place + (int)PackListedWord.Batch];
        long from = DeviceTable.Address(table, place + (int)PackListedWord.From, launch), to = DeviceTable.Address(table, place + (int)PackListedWord.To, launch);
        long listed = DeviceTable.Address(table, place + (int)PackListedWord.Listed, launch);
        for (long unit = DeviceTable.Thread(launch); unit < integers[listed] * n; unit += DeviceTable.Threads(launch))
        {
            long row = integers[listed + 1 + (unit / n)];
            reals[to + unit] = reals[from + (row / batch * table[place + (int)PackListedWord.Time]) + (row % batch * table[place + (int)PackListedWord.Row])
                + (unit % n * table[place + (int)PackListedWord.Column])];
        }
    }
}
