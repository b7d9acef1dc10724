using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a copy, followed by extents, strides of the source and strides of the target.</summary>
internal static class CopyWord
{
    public const int From = 0;
    public const int To = 8;
    public const int Length = 16;
    public const int Rank = 17;

    /// <summary>1 where rows of the first axis that take the step are left alone.</summary>
    public const int RestsOnly = 18;

    /// <summary>Elements of a row of the first axis.</summary>
    public const int Row = 19;

    /// <summary>The value that is written where there is no source.</summary>
    public const int Value = 20;

    /// <summary>Lengths of the loop, see <see cref="DeviceWords.Runs"/>.</summary>
    public const int Lengths = 21;
    public const int Words = 32;
}

/// <summary>Copies, fills and packing between views of one shape.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CopyKernels
{
    public static void Copy<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        for (long i = words.Thread; i < words[CopyWord.Length]; i += words.Threads)
        {
            if (Takes(integers, words, i))
                reals[To(words, i)] = reals[From(words, i)];
        }
    }

    public static void CopyIntegers<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        for (long i = words.Thread; i < words[CopyWord.Length]; i += words.Threads)
        {
            if (Takes(integers, words, i))
                integers[To(words, i)] = integers[From(words, i)];
        }
    }

    public static void Fill<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        T value = V.Narrow(Interop.IntAsFloat((ulong)words[CopyWord.Value]));
        for (long i = words.Thread; i < words[CopyWord.Length]; i += words.Threads)
        {
            if (Takes(integers, words, i))
                reals[To(words, i)] = value;
        }
    }

    public static void FillIntegers<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        int value = (int)Interop.IntAsFloat((ulong)words[CopyWord.Value]);
        for (long i = words.Thread; i < words[CopyWord.Length]; i += words.Threads)
        {
            if (Takes(integers, words, i))
                integers[To(words, i)] = value;
        }
    }

    internal static long From(DeviceWords words, long i)
    {
        int rank = (int)words[CopyWord.Rank];
        long axes = CopyWord.Words;
        return words.Address(CopyWord.From) + words.Offset(rank, axes, axes + rank, i);
    }

    internal static long To(DeviceWords words, long i)
    {
        int rank = (int)words[CopyWord.Rank];
        long axes = CopyWord.Words;
        return words.Address(CopyWord.To) + words.Offset(rank, axes, axes + (2 * rank), i);
    }

    private static bool Takes(ArrayView<int> integers, DeviceWords words, long i) =>
        words[CopyWord.RestsOnly] == 0
        || !words.Runs(integers, CopyWord.Lengths, i / words[CopyWord.Row]);
}
