using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of the packing of listed rows.</summary>
internal static class PackListedWord
{
    public const int From = 0;
    public const int Listed = 8;
    public const int To = 16;
    public const int N = 24;
    public const int Column = 25;
    public const int Time = 26;
    public const int Row = 27;
    public const int Batch = 28;
    public const int Most = 29;
    public const int Words = 30;
}

/// <summary>Right operands of products side by side: element (k, n) lies at k · N + n.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PackKernels
{
    public static void Listed<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long n = words[PackListedWord.N], batch = words[PackListedWord.Batch];
        long from = words.Address(PackListedWord.From), to = words.Address(PackListedWord.To);
        long listed = words.Address(PackListedWord.Listed);
        for (long unit = words.Thread; unit < integers[listed] * n; unit += words.Threads)
        {
            long row = integers[listed + 1 + (unit / n)];
            reals[to + unit] = reals[from + (row / batch * words[PackListedWord.Time]) + (row % batch * words[PackListedWord.Row])
                + (unit % n * words[PackListedWord.Column])];
        }
    }
}
