using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a sum over rows for each column.</summary>
internal enum ColumnSumWord
{
    A = 0,
    B = 8,
    Result = 16,
    Lengths = 24,
    Rows = 32,
    Columns,
    RowA,
    RowB,
    IsDot,
    Accumulate,
    Forwards,

    /// <summary>0: all rows; 1: rows of [T, B] up to the last that runs; 2: columns of [B, N].</summary>
    Active,
    Batch,
    Words,
}

/// <summary>Words of a reduction over any axes; behind them come kept axes (extents, strides of x, strides of the result) and reduced ones (extents, strides of x).</summary>
internal enum ReduceWord
{
    Input = 0,
    Result = 8,
    Count = 16,
    Length,
    Kept,
    Reduced,
    IsRun,
    IsMaximum,
    Words,
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
        long place = launch.Place, rows = table[place + (int)ColumnSumWord.Rows], batch = table[place + (int)ColumnSumWord.Batch];
        long columns = table[place + (int)ColumnSumWord.Columns], active = table[place + (int)ColumnSumWord.Active];
        long a = DeviceTable.Address(table, place + (int)ColumnSumWord.A, launch), b = DeviceTable.Address(table, place + (int)ColumnSumWord.B, launch);
        long result = DeviceTable.Address(table, place + (int)ColumnSumWord.Result, launch);
        long lengths = DeviceTable.Address(table, place + (int)ColumnSumWord.Lengths, launch);
        bool isDot = table[place + (int)ColumnSumWord.IsDot] != 0, forwards = table[place + (int)ColumnSumWord.Forwards] != 0;
        for (long column = DeviceTable.Thread(launch); column < columns; column += DeviceTable.Threads(launch))
        {
            V sum = table[place + (int)ColumnSumWord.Accumulate] != 0 ? V.Broadcast(reals[result + column]) : V.Create(0);
            for (long i = 0; i < rows; i++)
            {
                long row = forwards ? i : rows - 1 - i;
                if (active == 1 && !DeviceTable.IsActive(integers, lengths, batch, row % batch, row / batch))
                    continue;
                if (active == 2 && !DeviceTable.IsActive(integers, lengths, batch, column / (columns / batch), row))
                    continue;
                V x = V.Broadcast(reals[a + (row * table[place + (int)ColumnSumWord.RowA]) + column]);
                sum = isDot ? V.MultiplyAdd(x, V.Broadcast(reals[b + (row * table[place + (int)ColumnSumWord.RowB]) + column]), sum) : sum + x;
            }

            reals[result + column] = V.Sum(sum);
        }
    }

    public static void Reduce<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        long place = launch.Place, length = table[place + (int)ReduceWord.Length], axes = place + (int)ReduceWord.Words;
        int kept = (int)table[place + (int)ReduceWord.Kept], reduced = (int)table[place + (int)ReduceWord.Reduced];
        long inner = axes + (3 * kept);
        for (long item = DeviceTable.Thread(launch); item < table[place + (int)ReduceWord.Count]; item += DeviceTable.Threads(launch))
        {
            long x = DeviceTable.Address(table, place + (int)ReduceWord.Input, launch) + DeviceTable.Offset(table, kept, axes, axes + kept, item);
            long to = DeviceTable.Address(table, place + (int)ReduceWord.Result, launch) + DeviceTable.Offset(table, kept, axes, axes + (2 * kept), item);
            double total = 0;
            if (table[place + (int)ReduceWord.IsRun] != 0)
            {
                for (long block = 0; block < length; block += Block)
                    total += BlockSum<V, T>(reals, x + block, length - block < Block ? length - block : Block);
            }
            else if (table[place + (int)ReduceWord.IsMaximum] != 0)
            {
                total = double.NegativeInfinity;
                for (long i = length - 1; i >= 0; i--)
                    total = Greater(total, V.Widen(reals[x + DeviceTable.Offset(table, reduced, inner, inner + reduced, i)]));
            }
            else
            {
                for (long i = length - 1; i >= 0; i--)
                    total += V.Widen(reals[x + DeviceTable.Offset(table, reduced, inner, inner + reduced, i)]);
            }

            reals[to] = V.Narrow(total);
        }
    }

    /// <summary>sum += x, element by element.</summary>
    public static void Accumulate<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        for (long i = DeviceTable.Thread(launch); i < table[launch.Place + (int)CopyWord.Length]; i += DeviceTable.Threads(launch))
        {
            long to = CopyKernels.To(table, launch, i);
            reals[to] = V.Sum(V.Broadcast(reals[to]) + V.Broadcast(reals[CopyKernels.From(table, launch, i)]));
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
