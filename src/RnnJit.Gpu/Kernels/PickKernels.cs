using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of operations on row numbers and lengths.</summary>
internal static class OrderWord
{
    public const int From = 0;
    public const int To = 8;
    public const int Count = 16;
    public const int Size = 17;
    public const int Steps = 18;
    public const int First = 19;
    public const int Forwards = 20;
    public const int Batch = 21;
    public const int Words = 22;
}

/// <summary>Rows along an axis by index, and the indices that lengths give.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PickKernels
{
    public static void Take<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long count = words[TakeWord.Count], inner = words[TakeWord.Inner];
        int outerRank = (int)words[TakeWord.OuterRank], innerRank = (int)words[TakeWord.InnerRank];
        long outerAxes = TakeWord.Words, innerAxes = outerAxes + (3 * outerRank);
        for (long unit = words.Thread; unit < words[TakeWord.Outer] * count * inner; unit += words.Threads)
        {
            long e = unit % inner, which = unit / inner % count, outer = unit / inner / count;
            int row = integers[words.Address(TakeWord.Index) + which];
            if (row < 0 || row >= words[TakeWord.Extent])
            {
                DeviceStatus.Report(integers, words, which, row);
                continue;
            }

            bool runs = Lives(integers, words, which, row, outer);
            if (!runs && words[TakeWord.Active] != 2)
                continue;
            long from = words.Address(TakeWord.From) + words.Offset(outerRank, outerAxes, outerAxes + outerRank, outer)
                + (row * words[TakeWord.StrideFrom]) + words.Offset(innerRank, innerAxes, innerAxes + innerRank, e);
            long to = words.Address(TakeWord.To) + words.Offset(outerRank, outerAxes, outerAxes + (2 * outerRank), outer)
                + (which * words[TakeWord.StrideTo]) + words.Offset(innerRank, innerAxes, innerAxes + (2 * innerRank), e);
            if (words[TakeWord.IsInteger] != 0)
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
        var words = new DeviceWords(table, launch);
        long count = words[OrderWord.Count];
        long from = words.Address(OrderWord.From), to = words.Address(OrderWord.To);
        for (long row = words.Thread; row < count; row += words.Threads)
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
        var words = new DeviceWords(table, launch);
        long from = words.Address(OrderWord.From), to = words.Address(OrderWord.To);
        for (long i = words.Thread; i < words[OrderWord.Count]; i += words.Threads)
        {
            int row = integers[from + i];
            if (row >= 0 && row < words[OrderWord.Size])
                integers[to + row] = (int)i;
            else
                DeviceStatus.Report(integers, words, i, row);
        }
    }

    /// <summary>The place of the maximum of a row; a thread has whole rows.</summary>
    public static void ArgMax<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long length = words[ReduceWord.Length], axes = ReduceWord.Words;
        int kept = (int)words[ReduceWord.Kept];
        long stride = words[axes + (3 * kept) + 1];
        for (long item = words.Thread; item < words[ReduceWord.Count]; item += words.Threads)
        {
            long x = words.Address(ReduceWord.Input) + words.Offset(kept, axes, axes + kept, item);
            long to = words.Address(ReduceWord.Result) + words.Offset(kept, axes, axes + (2 * kept), item);
            int place = 0;
            double most = V.Widen(reals[x]);
            for (long i = 1; i < length; i++)
            {
                double next = V.Widen(reals[x + (i * stride)]);
                if (!IsNaN(most) && (IsNaN(next) || next > most))
                    (place, most) = ((int)i, next);
            }

            integers[to] = place;
        }
    }

    public static void BlockLengths<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long batch = words[OrderWord.Batch], steps = words[OrderWord.Steps];
        long from = words.Address(OrderWord.From), to = words.Address(OrderWord.To);
        for (long i = words.Thread; i < words[OrderWord.Count]; i += words.Threads)
        {
            long left = integers[from + (i % batch)] - words[OrderWord.First] - (i / batch * steps);
            integers[to + i] = (int)(left < 0 ? 0 : left > steps ? steps : left);
        }
    }

    /// <summary>One thread lists the rows that run: last to first, or first to last.</summary>
    public static void List<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        if (words.Thread > 0)
            return;

        long batch = words[OrderWord.Batch], total = words[OrderWord.Steps] * batch;
        long from = words.Address(OrderWord.From), to = words.Address(OrderWord.To);
        int count = 0;
        for (long i = 0; i < total; i++)
        {
            long row = words[OrderWord.Forwards] != 0 ? i : total - 1 - i;
            if (DeviceWords.IsActive(integers, from, batch, row % batch, row / batch))
                integers[to + (++count)] = (int)row;
        }

        integers[to] = count;
    }

    // By its bits: a comparison of NaN is not the same on all devices.
    private static bool IsNaN(double x) => (Interop.FloatAsInt(x) & (ulong)long.MaxValue) > 0x7FF0000000000000UL;

    private static bool Lives(ArrayView<int> integers, DeviceWords words, long which, int row, long step) =>
        words[TakeWord.Active] == 0
        || integers[words.Address(TakeWord.Lengths) + (words[TakeWord.OfSource] != 0 ? row : which)] > step;
}
