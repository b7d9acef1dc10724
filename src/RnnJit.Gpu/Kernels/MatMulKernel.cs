using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>C = A · B: a thread computes an element as one chain of fused multiply-adds in the order of k.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MatMulKernel
{
    public static void Run<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long columns = words[MatMulWord.N], rows = words[MatMulWord.M], loops = 1;
        int loopCount = (int)words[MatMulWord.Loops];
        long loopsAt = MatMulWord.Words;
        for (int loop = 0; loop < loopCount; loop++)
            loops *= words[loopsAt + (5 * loop)];
        for (long unit = words.Thread; unit < loops * rows * columns; unit += words.Threads)
        {
            long n = unit % columns, m = unit / columns % rows, l = unit / columns / rows;
            long a = words.Address(MatMulWord.A) + (m * words[MatMulWord.RowA]);
            long b = words.Address(MatMulWord.B) + (n * words[MatMulWord.ColumnB]);
            long c = words.Address(MatMulWord.C) + (m * words[MatMulWord.RowC]) + (n * words[MatMulWord.ColumnC]);
            long start = words.Address(MatMulWord.Start) + (m * words[MatMulWord.RowStart]) + n;
            long rest = l;
            for (int loop = loopCount - 1; loop >= 0; loop--)
            {
                long at = loopsAt + (5 * loop), index = rest % words[at];
                rest /= words[at];
                a += index * words[at + 1];
                b += index * words[at + 2];
                c += index * words[at + 3];
                start += index * words[at + 4];
            }

            long from = words[MatMulWord.StartsFrom];
            V sum = from == 0 ? V.Create(0) : from == 1 ? V.Broadcast(reals[c]) : V.Broadcast(reals[start]);
            long depth = Depth(integers, words, l, m, loops);
            if (depth >= 0)
                reals[c] = V.Sum(Chain<V, T>(reals, integers, words, a, b, depth, sum));
            else if (words[MatMulWord.Ended] == 1)
                reals[c] = V.Sum(V.Create(0));
            else if (words[MatMulWord.Ended] == 2)
                reals[c] = V.Sum(sum);
        }
    }

    // Terms of the sum of row m at turn l of the loops; −1 where the row is not computed.
    private static long Depth(ArrayView<int> integers, DeviceWords words, long l, long m, long loops)
    {
        long k = words[MatMulWord.K], active = words[MatMulWord.Active];
        if (active == 0)
            return k;

        long lengths = words.Address(MatMulWord.Lengths);
        long batch = words[MatMulWord.Batch], steps = words[MatMulWord.Steps], inner = words[MatMulWord.Inner];
        if (active == 1)
        {
            // Rows of [T, B] in one stretch, or the loop is time.
            bool joined = words[MatMulWord.Loops] == 0;
            return DeviceWords.IsActive(integers, lengths, batch, joined ? m % batch : m, joined ? m / batch : l) ? k : -1;
        }

        long length = integers[lengths + (l / inner % batch)];
        length = length < 0 ? 0 : length > steps ? steps : length;
        if (active == 2)
            return l / inner / batch < length ? k : -1;
        return active == 3 ? m < length ? k : -1 : length;
    }

    // Terms of the steps that a list names: how many, then their numbers.
    private static V ListedChain<V, T>(
        ArrayView<T> reals, ArrayView<int> integers, long listed, long a, long stepA, long b, long stepB, V sum)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        int count = integers[listed];
        for (int k = 0; k < count; k++)
            sum = V.MultiplyAdd(V.Broadcast(reals[a + (integers[listed + 1 + k] * stepA)]), V.Broadcast(reals[b + (k * stepB)]), sum);
        return sum;
    }

    private static V Chain<V, T>(ArrayView<T> reals, ArrayView<int> integers, DeviceWords words, long a, long b, long depth, V sum)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long stepA = words[MatMulWord.DepthA], stepB = words[MatMulWord.DepthB];
        long listed = words[MatMulWord.Listed] < 0 ? -1 : words.Address(MatMulWord.Listed);
        if (listed >= 0)
            return ListedChain<V, T>(reals, integers, listed, a, stepA, b, stepB, sum);

        bool reverse = words[MatMulWord.Reverse] != 0;
        if (reverse)
        {
            a += (depth - 1) * stepA;
            stepA = -stepA;
            if (words[MatMulWord.Packed] == 0)
            {
                b += (depth - 1) * stepB;
                stepB = -stepB;
            }
        }

        int sumLoops = (int)words[MatMulWord.SumLoops];
        long sumsAt = MatMulWord.Words + (5 * words[MatMulWord.Loops]), turns = 1;
        for (int loop = 0; loop < sumLoops; loop++)
            turns *= words[sumsAt + (3 * loop)];
        for (long turn = 0; turn < turns; turn++)
        {
            long rest = reverse ? turns - 1 - turn : turn, rowA = a, rowB = b;
            for (int loop = sumLoops - 1; loop >= 0; loop--)
            {
                long at = sumsAt + (3 * loop), index = rest % words[at];
                rest /= words[at];
                rowA += index * words[at + 1];
                rowB += index * words[at + 2];
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
