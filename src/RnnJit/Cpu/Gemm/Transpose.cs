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

    private static void Blocks8(float* from, nint nStride, int n, int k, float* to, nint toRow, out int doneN, out int doneK)
    {
        doneN = n / 8 * 8;
        doneK = k / 8 * 8;
        for (int i = 0; i < doneN; i += 8)
        {
            for (int j = 0; j < doneK; j += 8)
                Block8(from + i * nStride + j, nStride, to + j * toRow + i, toRow);
        }
    }

    private static void Blocks4(double* from, nint nStride, int n, int k, double* to, nint toRow, out int doneN, out int doneK)
    {
        doneN = n / 4 * 4;
        doneK = k / 4 * 4;
        for (int i = 0; i < doneN; i += 4)
        {
            for (int j = 0; j < doneK; j += 4)
                Block4(from + i * nStride + j, nStride, to + j * toRow + i, toRow);
        }
    }

    // Rows r and r + 4 share a register, so that only shuffles within 128 bits follow.
    private static void Block8(float* from, nint stride, float* to, nint toRow)
    {
        for (int half = 0; half < 2; half++, from += 4, to += 4 * toRow)
        {
            var r0 = Pair(from, stride);
            var r1 = Pair(from + stride, stride);
            var r2 = Pair(from + 2 * stride, stride);
            var r3 = Pair(from + 3 * stride, stride);
            var a = Avx.UnpackLow(r0, r1);
            var b = Avx.UnpackLow(r2, r3);
            var c = Avx.UnpackHigh(r0, r1);
            var d = Avx.UnpackHigh(r2, r3);
            Avx.Store(to, Avx.Shuffle(a, b, 0b01_00_01_00));
            Avx.Store(to + toRow, Avx.Shuffle(a, b, 0b11_10_11_10));
            Avx.Store(to + 2 * toRow, Avx.Shuffle(c, d, 0b01_00_01_00));
            Avx.Store(to + 3 * toRow, Avx.Shuffle(c, d, 0b11_10_11_10));
        }
    }

    private static Vector256<float> Pair(float* row, nint stride) =>
        Vector256.Create(Vector128.Load(row), Vector128.Load(row + 4 * stride));

    private static void Block4(double* from, nint stride, double* to, nint toRow)
    {
        for (int half = 0; half < 2; half++, from += 2, to += 2 * toRow)
        {
            var r0 = Vector256.Create(Vector128.Load(from), Vector128.Load(from + 2 * stride));
            var r1 = Vector256.Create(Vector128.Load(from + stride), Vector128.Load(from + 3 * stride));
            Avx.Store(to, Avx.UnpackLow(r0, r1));
            Avx.Store(to + toRow, Avx.UnpackHigh(r0, r1));
        }
    }
}
