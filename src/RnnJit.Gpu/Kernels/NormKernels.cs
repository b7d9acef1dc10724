using System.ComponentModel;
using ILGPU;
using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of sums of squares, followed by, for each tensor, its address and the words of <see cref="SquareTensorWord"/>.</summary>
internal static class SquareSumWord
{
    public const int Sums = 0;
    public const int Blocks = 8;
    public const int Tensors = 9;

    /// <summary>Offset of the first block's lanes, in doubles from the beginning of the memory.</summary>
    public const int Lanes = 10;
    public const int Words = 11;
}

/// <summary>Words of a tensor whose squares are added.</summary>
internal static class SquareTensorWord
{
    public const int Start = DeviceWords.AddressWords;
    public const int Length = Start + 1;
    public const int Columns = Start + 2;
    public const int Row = Start + 3;
    public const int Words = Start + 4;
}

/// <summary>Words of a norm.</summary>
internal static class NormWord
{
    public const int Loss = 0;
    public const int Sums = 8;
    public const int Norm = 16;
    public const int Factor = 24;
    public const int Finite = 32;
    public const int Blocks = 40;
    public const int IsClipped = 41;
    public const int Bound = 42;
    public const int Words = 43;
}

/// <summary>The norm of all gradients, in double precision and in the CPU's order.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class NormKernels
{
    internal const int Lanes = 16;

    /// <summary>A thread has a lane of a block of all tensors side by side: element i of the block is in lane i mod 16.</summary>
    public static void SquareLanes<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        ArrayView<double> sums = integers.Cast<double>();
        for (long unit = words.Thread; unit < words[SquareSumWord.Blocks] * Lanes; unit += words.Threads)
        {
            long from = unit / Lanes * SquareSumCommand.Block;
            sums[words[SquareSumWord.Lanes] + unit] = Lane<V, T>(reals, words, from, First(words, from), (int)(unit % Lanes));
        }
    }

    /// <summary>A thread has a block: its lanes are added as a tree.</summary>
    public static void Squares<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        ArrayView<double> sums = integers.Cast<double>();
        for (long block = words.Thread; block < words[SquareSumWord.Blocks]; block += words.Threads)
        {
            long lanes = words[SquareSumWord.Lanes] + (block * Lanes);
            double even = Quarter(sums, lanes) + Quarter(sums, lanes + 2);
            sums[words.Address(SquareSumWord.Sums) + block] = even + (Quarter(sums, lanes + 1) + Quarter(sums, lanes + 3));
        }
    }

    /// <summary>
    /// One thread: the sums are added from first to last. A wrong number that a check found counts as not finite, so that nothing is
    /// updated.
    /// </summary>
    public static void Norm<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        if (words.Thread != 0)
            return;
        ArrayView<double> sums = integers.Cast<double>();
        double squares = 0;
        for (long block = 0; block < words[NormWord.Blocks]; block++)
            squares += sums[words.Address(NormWord.Sums) + block];
        double norm = Device64.Sum(Device64.Sqrt(new Device64(squares)));
        double factor = 1;
        if (words[NormWord.IsClipped] != 0)
            factor = Scale(norm, Interop.IntAsFloat((ulong)words[NormWord.Bound]));
        double loss = V.Widen(reals[words.Address(NormWord.Loss)]);
        reals[words.Address(NormWord.Norm)] = V.Narrow(norm);
        reals[words.Address(NormWord.Factor)] = V.Narrow(factor);
        reals[words.Address(NormWord.Finite)] = V.Narrow(IsFinite(loss) && IsFinite(norm) && !DeviceStatus.HasFault(integers) ? 1d : 0d);
    }

    private static double Scale(double norm, double bound) =>
        Device64.Sum(Device64.Min(new Device64(1), new Device64(bound / (norm + GradientNorm.Epsilon))));

    private static bool IsFinite(double number) => number <= double.MaxValue && number >= double.MinValue;

    // The last tensor that begins at a place or before it.
    private static long First(DeviceWords words, long from)
    {
        long tensor = 0;
        while (tensor + 1 < words[SquareSumWord.Tensors] && words[Tensor(tensor + 1) + SquareTensorWord.Start] <= from)
            tensor++;
        return tensor;
    }

    private static long Tensor(long tensor) => SquareSumWord.Words + (tensor * SquareTensorWord.Words);

    private static double Quarter(ArrayView<double> sums, long lane) =>
        sums[lane] + sums[lane + 8] + (sums[lane + 4] + sums[lane + 12]);

    private static double Lane<V, T>(ArrayView<T> reals, DeviceWords words, long from, long tensor, int lane)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        double sum = 0;
        long end = from + SquareSumCommand.Block;
        for (; tensor < words[SquareSumWord.Tensors] && words[Tensor(tensor) + SquareTensorWord.Start] < end; tensor++)
        {
            long at = Tensor(tensor), start = words[at + SquareTensorWord.Start], last = start + words[at + SquareTensorWord.Length];
            long columns = words[at + SquareTensorWord.Columns], begin = start > from ? start : from;
            last = last < end ? last : end;
            for (long place = begin + ((lane - (begin % Lanes) + Lanes) % Lanes); place < last; place += Lanes)
            {
                long element = place - start;
                long offset = (element / columns * words[at + SquareTensorWord.Row]) + (element % columns);
                double number = V.Widen(reals[words.Address(at) + offset]);
                sum += DeviceIntrinsics.Mul(number, number);
            }
        }

        return sum;
    }
}
