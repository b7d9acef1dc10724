using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a matrix product in the table; behind them come loops (extent, A, B, C, start) and loops of sums (extent, A, B).</summary>
internal enum MatMulWord
{
    A = 0,
    B = 8,
    C = 16,
    Start = 24,
    Lengths = 32,
    Listed = 40,
    M = 48,
    N,
    K,
    RowA,
    RowC,
    RowStart,
    ColumnB,
    ColumnC,
    DepthA,
    DepthB,

    /// <summary>0: chains start from 0; 1: from what C holds; 2: from a view of their own.</summary>
    StartsFrom,
    Reverse,

    /// <summary>1 where B is packed in the order of the sum.</summary>
    Packed,
    Loops,
    SumLoops,

    /// <summary>0 where all rows are computed, else 1 + the axes that rows and steps are.</summary>
    Active,

    /// <summary>In rows that are not computed: 0 nothing is written, 1 zero, 2 the start of the chain.</summary>
    Ended,
    Steps,
    Batch,

    /// <summary>Loops within one row of the batch.</summary>
    Inner,
    Words,
}

/// <summary>C = A · B: a thread computes an element as one chain of fused multiply-adds in the order of k.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MatMulKernel
{
    public static void Run<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, columns = table[place + (int)MatMulWord.N], rows = table[place + (int)MatMulWord.M], loops = 1;
        int loopCount = (int)table[place + (int)MatMulWord.Loops];
        long loopsAt = place + (int)MatMulWord.Words;
        for (int loop = 0; loop < loopCount; loop++)
            loops *= table[loopsAt + (5 * loop)];
        for (long unit = DeviceTable.Thread(launch); unit < loops * rows * columns; unit += DeviceTable.Threads(launch))
        {
            long n = unit % columns, m = unit / columns % rows, l = unit / columns / rows;
            long a = DeviceTable.Address(table, place + (int)MatMulWord.A, launch) + (m * table[place + (int)MatMulWord.RowA]);
            long b = DeviceTable.Address(table, place + (int)MatMulWord.B, launch) + (n * table[place + (int)MatMulWord.ColumnB]);
            long c = DeviceTable.Address(table, place + (int)MatMulWord.C, launch) + (m * table[place + (int)MatMulWord.RowC]) + (n * table[place + (int)MatMulWord.ColumnC]);
            long start = DeviceTable.Address(table, place + (int)MatMulWord.Start, launch) + (m * table[place + (int)MatMulWord.RowStart]) + n;
            long rest = l;
            for (int loop = loopCount - 1; loop >= 0; loop--)
            {
                long at = loopsAt + (5 * loop), index = rest % table[at];
                rest /= table[at];
                a += index * table[at + 1];
                b += index * table[at + 2];
                c += index * table[at + 3];
                start += index * table[at + 4];
            }

            long from = table[place + (int)MatMulWord.StartsFrom];
            V sum = from == 0 ? V.Create(0) : from == 1 ? V.Broadcast(reals[c]) : V.Broadcast(reals[start]);
            long depth = Depth(integers, table, launch, l, m, loops);
            if (depth >= 0)
                reals[c] = V.Sum(Chain<V, T>(reals, integers, table, launch, a, b, depth, sum));
            else if (table[place + (int)MatMulWord.Ended] == 1)
                reals[c] = V.Sum(V.Create(0));
            else if (table[place + (int)MatMulWord.Ended] == 2)
                reals[c] = V.Sum(sum);
        }
    }

    // Terms of the sum of row m at turn l of the loops; −1 where the row is not computed.
    private static long Depth(ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long l, long m, long loops)
    {
        long place = launch.Place, k = table[place + (int)MatMulWord.K], active = table[place + (int)MatMulWord.Active];
        if (active == 0)
            return k;

        long lengths = DeviceTable.Address(table, place + (int)MatMulWord.Lengths, launch);
        long batch = table[place + (int)MatMulWord.Batch], steps = table[place + (int)MatMulWord.Steps], inner = table[place + (int)MatMulWord.Inner];
        if (active == 1)
        {
            // Rows of [T, B] in one stretch, or the loop is time.
            bool joined = table[place + (int)MatMulWord.Loops] == 0;
            return DeviceTable.IsActive(integers, lengths, batch, joined ? m % batch : m, joined ? m / batch : l) ? k : -1;
        }

        long length = integers[lengths + (l / inner % batch)];
        length = length < 0 ? 0 : length > steps ? steps : length;
        if (active == 2)
            return l / inner / batch < length ? k : -1;
        return active == 3 ? m < length ? k : -1 : length;
    }

    private static V Chain<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch, long a, long b, long depth, V sum)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, stepA = table[place + (int)MatMulWord.DepthA], stepB = table[place + (int)MatMulWord.DepthB];
        long listed = table[place + (int)MatMulWord.Listed] < 0 ? -1 : DeviceTable.Address(table, place + (int)MatMulWord.Listed, launch);
        if (listed >= 0)
        {
            int count = integers[listed];
            for (int k = 0; k < count; k++)
                sum = V.MultiplyAdd(V.Broadcast(reals[a + (integers[listed + 1 + k] * stepA)]), V.Broadcast(reals[b + (k * stepB)]), sum);
            return sum;
        }

        bool reverse = table[place + (int)MatMulWord.Reverse] != 0;
        if (reverse)
        {
            a += (depth - 1) * stepA;
            stepA = -stepA;
            if (table[place + (int)MatMulWord.Packed] == 0)
            {
                b += (depth - 1) * stepB;
                stepB = -stepB;
            }
        }

        int sumLoops = (int)table[place + (int)MatMulWord.SumLoops];
        long sumsAt = place + (int)MatMulWord.Words + (5 * table[place + (int)MatMulWord.Loops]), turns = 1;
        for (int loop = 0; loop < sumLoops; loop++)
            turns *= table[sumsAt + (3 * loop)];
        for (long turn = 0; turn < turns; turn++)
        {
            long rest = reverse ? turns - 1 - turn : turn, rowA = a, rowB = b;
            for (int loop = sumLoops - 1; loop >= 0; loop--)
            {
                long at = sumsAt + (3 * loop), index = rest % table[at];
                rest /= table[at];
                rowA += index * table[at + 1];
                rowB += index * table[at + 2];
            }

            for (long k = 0; k < depth; k++)
            {
                sum = V.MultiplyAdd(V.Broadcast(reals[rowA]), V.Broadcast(reals[rowB]), sum);
                rowA += stepA;
                rowB += stepB;
            }
        }

        return sum;
    }
}
