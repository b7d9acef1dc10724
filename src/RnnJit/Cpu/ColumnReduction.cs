using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu;

/// <summary>
/// Sums over the rows of a matrix, from the last row to the first (so that sums over time run against it): bias gradients and gradients of
/// diagonal weights. Each column is one chain; threads split columns.
/// </summary>
internal static unsafe class ColumnReduction
{
    /// <summary>result[n] = or += Σ a[row, n] for columns [columnStart, columnEnd).</summary>
    public static void Sum<T>(T* a, nint aRow, int rows, int columnStart, int columnEnd, T* result, bool accumulate)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            Dispatch<Vec512F32, Vec256F32, Vec128F32, float>(
                (float*)a, aRow, null, 0, rows, columnStart, columnEnd, (float*)result, accumulate);
        else
            Dispatch<Vec512F64, Vec256F64, Vec128F64, double>(
                (double*)a, aRow, null, 0, rows, columnStart, columnEnd, (double*)result, accumulate);
    }

    /// <summary>result[n] = or += Σ a[row, n] · b[row, n] for columns [columnStart, columnEnd).</summary>
    public static void Dot<T>(T* a, nint aRow, T* b, nint bRow, int rows, int columnStart, int columnEnd, T* result, bool accumulate)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            Dispatch<Vec512F32, Vec256F32, Vec128F32, float>(
                (float*)a, aRow, (float*)b, bRow, rows, columnStart, columnEnd, (float*)result, accumulate);
        else
            Dispatch<Vec512F64, Vec256F64, Vec128F64, double>((double*)a, aRow, (double*)b, bRow, rows, columnStart, columnEnd,
                (double*)result, accumulate);
    }

    private static void Dispatch<V512, V256, V128, T>(
        T* a, nint aRow, T* b, nint bRow, int rows, int columnStart, int columnEnd, T* result, bool accumulate)
        where V512 : struct, ISimd<V512, T>
        where V256 : struct, ISimd<V256, T>
        where V128 : struct, ISimd<V128, T>
        where T : unmanaged
    {
        switch (CpuWidth.Width)
        {
            case 512: Run<V512, T>(a, aRow, b, bRow, rows, columnStart, columnEnd, result, accumulate); return;
            case 256: Run<V256, T>(a, aRow, b, bRow, rows, columnStart, columnEnd, result, accumulate); return;
            default: Run<V128, T>(a, aRow, b, bRow, rows, columnStart, columnEnd, result, accumulate); return;
        }
    }

    private static void Run<V, T>(T* a, nint aRow, T* b, nint bRow, int rows, int columnStart, int columnEnd, T* result, bool accumulate)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        a += (rows - 1) * aRow;
        b = b == null ? null : b + (rows - 1) * bRow;
        int n = columnStart;
        for (; n + 4 * V.Count <= columnEnd; n += 4 * V.Count)
        {
            if (b == null)
                Sum4<V, T>(a + n, aRow, rows, result + n, accumulate);
            else
                Dot4<V, T>(a + n, aRow, b + n, bRow, rows, result + n, accumulate);
        }

        for (; n + V.Count <= columnEnd; n += V.Count)
            One<V, T, Full>(a + n, aRow, b == null ? null : b + n, bRow, rows, V.Count, result + n, accumulate);
        if (n < columnEnd)
            One<V, T, Tail>(a + n, aRow, b == null ? null : b + n, bRow, rows, columnEnd - n, result + n, accumulate);
    }

    private static void Sum4<V, T>(T* a, nint aRow, int rows, T* result, bool accumulate)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V s0 = default, s1 = default, s2 = default, s3 = default;
        if (accumulate)
            Load4(result, ref s0, ref s1, ref s2, ref s3);
        for (int row = rows; row > 0; row--, a -= aRow)
        {
            s0 += V.Load(ref *a, 0);
            s1 += V.Load(ref *a, V.Count);
            s2 += V.Load(ref *a, 2 * V.Count);
            s3 += V.Load(ref *a, 3 * V.Count);
        }

        Store4<V, T>(s0, s1, s2, s3, result);
    }

    private static void Dot4<V, T>(T* a, nint aRow, T* b, nint bRow, int rows, T* result, bool accumulate)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V s0 = default, s1 = default, s2 = default, s3 = default;
        if (accumulate)
            Load4(result, ref s0, ref s1, ref s2, ref s3);
        for (int row = rows; row > 0; row--, a -= aRow, b -= bRow)
        {
            s0 = V.MultiplyAdd(V.Load(ref *a, 0), V.Load(ref *b, 0), s0);
            s1 = V.MultiplyAdd(V.Load(ref *a, V.Count), V.Load(ref *b, V.Count), s1);
            s2 = V.MultiplyAdd(V.Load(ref *a, 2 * V.Count), V.Load(ref *b, 2 * V.Count), s2);
            s3 = V.MultiplyAdd(V.Load(ref *a, 3 * V.Count), V.Load(ref *b, 3 * V.Count), s3);
        }

        Store4<V, T>(s0, s1, s2, s3, result);
    }

    private static void One<V, T, TAccess>(T* a, nint aRow, T* b, nint bRow, int rows, int count, T* result, bool accumulate)
        where V : struct, ISimd<V, T>
        where T : unmanaged
        where TAccess : struct, IAccess
    {
        V sum = accumulate ? TAccess.Load<V, T>(ref *result, 0, count) : default;
        for (int row = rows; row > 0; row--, a -= aRow, b -= bRow)
        {
            V x = TAccess.Load<V, T>(ref *a, 0, count);
            sum = b == null ? sum + x : V.MultiplyAdd(x, TAccess.Load<V, T>(ref *b, 0, count), sum);
        }

        TAccess.Store<V, T>(sum, ref *result, 0, count);
    }

    private static void Load4<V, T>(T* p, ref V s0, ref V s1, ref V s2, ref V s3)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        s0 = V.Load(ref *p, 0);
        s1 = V.Load(ref *p, V.Count);
        s2 = V.Load(ref *p, 2 * V.Count);
        s3 = V.Load(ref *p, 3 * V.Count);
    }

    private static void Store4<V, T>(V s0, V s1, V s2, V s3, T* p)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V.Store(s0, ref *p, 0);
        V.Store(s1, ref *p, V.Count);
        V.Store(s2, ref *p, 2 * V.Count);
        V.Store(s3, ref *p, 3 * V.Count);
    }
}
