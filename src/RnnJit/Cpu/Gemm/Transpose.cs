using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Gemm;

/// <summary>to[k, n] = from[n, k]: rows of the source become columns of a panel.</summary>
internal static unsafe class Transpose
{
    public static void Run<T>(T* from, nint nStride, nint kStride, int n, int k, T* to, nint toRow)
        where T : unmanaged
    {
        int doneN = 0;
        int doneK = 0;
        if (kStride == 1 && Avx.IsSupported && typeof(T) == typeof(float))
            Blocks8((float*)from, nStride, n, k, (float*)to, toRow, out doneN, out doneK);
        else if (kStride == 1 && Avx.IsSupported && typeof(T) == typeof(double))
            Blocks4((double*)from, nStride, n, k, (double*)to, toRow, out doneN, out doneK);

        Elements(from, nStride, kStride, 0, doneN, doneK, k, to, toRow);
        Elements(from, nStride, kStride, doneN, n, 0, k, to, toRow);
    }

    /// <summary>to[k · n + r] = from[r, k] for few rows n, whose k are contiguous. Up to a vector past the end of
    /// <paramref name="to"/> is written.</summary>
    public static void Narrow<T>(T* from, nint rowStride, int n, int k, T* to)
        where T : unmanaged
    {
        int done = 0;
        if (Avx.IsSupported && typeof(T) == typeof(float))
            done = Narrow8((float*)from, rowStride, n, k, (float*)to);
        else if (Avx.IsSupported && typeof(T) == typeof(double))
            done = Narrow4((double*)from, rowStride, n, k, (double*)to);
        Elements(from, rowStride, 1, 0, n, done, k, to, n);
    }

    // Stores of full vectors overrun into elements that are written later: the next k, and the preceding rows of this k.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Narrow8(float* from, nint rowStride, int n, int k, float* to)
    {
        int done = 0;
        for (; done + 8 <= k; done += 8)
        {
            for (int row = (n - 1) / 8 * 8; row >= 0; row -= 8)
                Block8(from + (row * rowStride) + done, rowStride, Math.Min(8, n - row), to + ((nint)done * n) + row, n);
        }

        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Narrow4(double* from, nint rowStride, int n, int k, double* to)
    {
        int done = 0;
        for (; done + 4 <= k; done += 4)
        {
            for (int row = (n - 1) / 4 * 4; row >= 0; row -= 4)
                Block4(from + (row * rowStride) + done, rowStride, Math.Min(4, n - row), to + ((nint)done * n) + row, n);
        }

        return done;
    }

    private static void Elements<T>(T* from, nint nStride, nint kStride, int nStart, int nEnd, int kStart, int kEnd, T* to, nint toRow)
        where T : unmanaged
    {
        for (int i = nStart; i < nEnd; i++)
        {
            T* source = from + i * nStride;
            for (int j = kStart; j < kEnd; j++)
                to[j * toRow + i] = source[j * kStride];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocks8(float* from, nint nStride, int n, int k, float* to, nint toRow, out int doneN, out int doneK)
    {
        doneN = n / 8 * 8;
        doneK = k / 8 * 8;
        for (int i = 0; i < doneN; i += 8)
        {
            for (int j = 0; j < doneK; j += 8)
                Block8(from + i * nStride + j, nStride, 8, to + j * toRow + i, toRow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocks4(double* from, nint nStride, int n, int k, double* to, nint toRow, out int doneN, out int doneK)
    {
        doneN = n / 4 * 4;
        doneK = k / 4 * 4;
        for (int i = 0; i < doneN; i += 4)
        {
            for (int j = 0; j < doneK; j += 4)
                Block4(from + i * nStride + j, nStride, 4, to + j * toRow + i, toRow);
        }
    }

    // Rows r and r + 4 share a register, so that only shuffles within 128 bits follow. In place of rows
    // that are not there the last one is read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block8(float* from, nint stride, int rows, float* to, nint toRow)
    {
        int last = rows - 1;
        float* f1 = from + (Math.Min(1, last) * stride), f2 = from + (Math.Min(2, last) * stride), f3 = from + (Math.Min(3, last) * stride);
        float* f4 = from + (Math.Min(4, last) * stride), f5 = from + (Math.Min(5, last) * stride), f6 = from + (Math.Min(6, last) * stride),
            f7 = from + (Math.Min(7, last) * stride);
        for (int half = 0; half < 8; half += 4, to += 4 * toRow)
        {
            var r0 = Pair(from + half, f4 + half);
            var r1 = Pair(f1 + half, f5 + half);
            var r2 = Pair(f2 + half, f6 + half);
            var r3 = Pair(f3 + half, f7 + half);
            var a = Avx.UnpackLow(r0, r1);
            var b = Avx.UnpackLow(r2, r3);
            var c = Avx.UnpackHigh(r0, r1);
            var d = Avx.UnpackHigh(r2, r3);
            Avx.Store(to, Avx.Shuffle(a, b, 0b01_00_01_00));
            Avx.Store(to + toRow, Avx.Shuffle(a, b, 0b11_10_11_10));
            Avx.Store(to + (2 * toRow), Avx.Shuffle(c, d, 0b01_00_01_00));
            Avx.Store(to + (3 * toRow), Avx.Shuffle(c, d, 0b11_10_11_10));
        }
    }

    private static Vector256<float> Pair(float* low, float* high) => Vector256.Create(Vector128.Load(low), Vector128.Load(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block4(double* from, nint stride, int rows, double* to, nint toRow)
    {
        int last = rows - 1;
        double* f1 = from + (Math.Min(1, last) * stride), f2 = from + (Math.Min(2, last) * stride),
            f3 = from + (Math.Min(3, last) * stride);
        for (int half = 0; half < 4; half += 2, to += 2 * toRow)
        {
            var r0 = Vector256.Create(Vector128.Load(from + half), Vector128.Load(f2 + half));
            var r1 = Vector256.Create(Vector128.Load(f1 + half), Vector128.Load(f3 + half));
            Avx.Store(to, Avx.UnpackLow(r0, r1));
            Avx.Store(to + toRow, Avx.UnpackHigh(r0, r1));
        }
    }
}
