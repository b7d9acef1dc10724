using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a check of integers, followed by extents, strides of the integers and strides of their bounds.</summary>
internal static class CheckWord
{
    public const int Index = 0;
    public const int Bound = 8;

    /// <summary>Lengths of the loop around, see <see cref="DeviceWords.Runs"/>.</summary>
    public const int Loop = 16;
    public const int Length = 25;
    public const int Rank = 26;
    public const int PerRow = 27;
    public const int Largest = 28;
    public const int HasIgnored = 29;
    public const int Ignored = 30;
    public const int Words = 31;
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
        var words = new DeviceWords(table, launch);
        for (long item = words.Thread; item < words[CheckWord.Length]; item += words.Threads)
        {
            if (!Runs(integers, words, item))
                continue;
            int found = integers[At(words, CheckWord.Index, 1, item)];
            bool ignored = words[CheckWord.HasIgnored] != 0 && found == words[CheckWord.Ignored];
            if (!ignored && (found < 0 || found > words[CheckWord.Largest]))
                DeviceStatus.Report(integers, words, item, found);
        }
    }

    /// <summary>No integer is greater than its bound.</summary>
    public static void Bounds<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        for (long item = words.Thread; item < words[CheckWord.Length]; item += words.Threads)
        {
            if (!Runs(integers, words, item))
                continue;
            int found = integers[At(words, CheckWord.Index, 1, item)];
            int bound = integers[At(words, CheckWord.Bound, 2, item)];
            if (found > bound)
                DeviceStatus.Report(integers, words, item, found, bound);
        }
    }

    private static bool Runs(ArrayView<int> integers, DeviceWords words, long item) =>
        words.Runs(integers, CheckWord.Loop, item / words[CheckWord.PerRow]);

    private static long At(DeviceWords words, int operand, int strides, long item)
    {
        int rank = (int)words[CheckWord.Rank];
        long axes = CheckWord.Words;
        return words.Address(operand) + words.Offset(rank, axes, axes + (strides * rank), item);
    }
}
