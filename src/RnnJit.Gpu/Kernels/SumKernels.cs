using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a sum over rows for each column.</summary>
internal static class ColumnSumWord
{
    public const int A = 0;
    public const int B = 8;
    public const int Result = 16;
    public const int Lengths = 24;
    public const int Rows = 32;
    public const int Columns = 33;
    public const int RowA = 34;
    public const int RowB = 35;
    public const int IsDot = 36;
    public const int Accumulate = 37;
    public const int Forwards = 38;

    /// <summary>0: all rows; 1: rows of [T, B] up to the last that runs; 2: columns of [B, N].</summary>
    public const int Active = 39;
    public const int Batch = 40;
    public const int Words = 41;
}

/// <summary>
/// Words of a reduction over any axes, followed by the kept axes (extents, strides of x, strides of the result) and the reduced ones
/// (extents, strides of x).
/// </summary>
internal static class ReduceWord
{
    public const int Input = 0;
    public const int Result = 8;
    public const int Count = 16;
    public const int Length = 17;
    public const int Kept = 18;
    public const int Reduced = 19;
    public const int IsRun = 20;
    public const int IsMaximum = 21;
    public const int Words = 22;
}

/// <summary>Sums whose order is that of the CPU, whatever the number of threads: a thread has whole sums.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SumKernels
{
    private const int Block = 4096, Lanes = 16;

    public static void Columns<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long rows = words[ColumnSumWord.Rows], batch = words[ColumnSumWord.Batch];
        long columns = words[ColumnSumWord.Columns], active = words[ColumnSumWord.Active];
        long a = words.Address(ColumnSumWord.A), b = words.Address(ColumnSumWord.B);
        long result = words.Address(ColumnSumWord.Result);
        long lengths = words.Address(ColumnSumWord.Lengths);
        bool isDot = words[ColumnSumWord.IsDot] != 0, forwards = words[ColumnSumWord.Forwards] != 0;
        for (long column = words.Thread; column < columns; column += words.Threads)
        {
            V sum = words[ColumnSumWord.Accumulate] != 0 ? V.Broadcast(reals[result + column]) : V.Create(0);
            for (long i = 0; i < rows; i++)
            {
                long row = forwards ? i : rows - 1 - i;
                if (active == 1 && !DeviceWords.IsActive(integers, lengths, batch, row % batch, row / batch))
                    continue;
                if (active == 2 && !DeviceWords.IsActive(integers, lengths, batch, column / (columns / batch), row))
                    continue;
                V x = V.Broadcast(reals[a + (row * words[ColumnSumWord.RowA]) + column]);
                sum = isDot ? V.MultiplyAdd(x, V.Broadcast(reals[b + (row * words[ColumnSumWord.RowB]) + column]), sum) : sum + x;
            }

            reals[result + column] = V.Sum(sum);
        }
    }

    public static void Reduce<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long length = words[ReduceWord.Length], axes = ReduceWord.Words;
        int kept = (int)words[ReduceWord.Kept], reduced = (int)words[ReduceWord.Reduced];
        long inner = axes + (3 * kept);
        for (long item = words.Thread; item < words[ReduceWord.Count]; item += words.Threads)
        {
            long x = words.Address(ReduceWord.Input) + words.Offset(kept, axes, axes + kept, item);
            long to = words.Address(ReduceWord.Result) + words.Offset(kept, axes, axes + (2 * kept), item);
            double total = 0;
            if (words[ReduceWord.IsRun] != 0)
            {
                for (long block = 0; block < length; block += Block)
                    total += BlockSum<V, T>(reals, x + block, length - block < Block ? length - block : Block);
            }
            else if (words[ReduceWord.IsMaximum] != 0)
            {
                total = double.NegativeInfinity;
                for (long i = length - 1; i >= 0; i--)
                    total = Greater(total, V.Widen(reals[x + words.Offset(reduced, inner, inner + reduced, i)]));
            }
            else
            {
                for (long i = length - 1; i >= 0; i--)
                    total += V.Widen(reals[x + words.Offset(reduced, inner, inner + reduced, i)]);
            }

            reals[to] = V.Narrow(total);
        }
    }

    /// <summary>sum += x, element by element.</summary>
    public static void Accumulate<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        for (long i = words.Thread; i < words[CopyWord.Length]; i += words.Threads)
        {
            long to = CopyKernels.To(words, i);
            reals[to] = V.Sum(V.Broadcast(reals[to]) + V.Broadcast(reals[CopyKernels.From(words, i)]));
        }
    }

    // Lane i mod 16 has element i; the lanes are added as a tree.
    private static double BlockSum<V, T>(ArrayView<T> reals, long x, long length)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        double even = Quarter<V, T>(reals, x, length, 0) + Quarter<V, T>(reals, x, length, 2);
        return even + (Quarter<V, T>(reals, x, length, 1) + Quarter<V, T>(reals, x, length, 3));
    }

    private static double Quarter<V, T>(ArrayView<T> reals, long x, long length, int lane)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        double first = Lane<V, T>(reals, x, length, lane) + Lane<V, T>(reals, x, length, lane + 8);
        return first + (Lane<V, T>(reals, x, length, lane + 4) + Lane<V, T>(reals, x, length, lane + 12));
    }

    private static double Lane<V, T>(ArrayView<T> reals, long x, long length, int lane)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        double sum = 0;
        for (long i = lane; i < length; i += Lanes)
            sum += V.Widen(reals[x + i]);
        return sum;
    }

    private static double Greater(double a, double b) => Device64.Sum(Device64.Max(new Device64(a), new Device64(b)));
}
