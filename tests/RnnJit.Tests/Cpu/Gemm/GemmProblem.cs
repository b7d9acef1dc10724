using System.Numerics;
using RnnJit.Cpu.Gemm;
using RnnJit.Cpu.Simd;

namespace RnnJit.Tests.Cpu.Gemm;

/// <summary>Matrices A, B and an old C with the product as a plain chain per element, and its exact value with a bound of the
/// error.</summary>
internal sealed unsafe class GemmProblem<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] a;
    private readonly T[] b;
    private readonly T[] old;

    public GemmProblem(int m, int n, int k, int seed = 1)
    {
        (M, N, K) = (m, n, k);
        var random = new Random(seed);
        a = Draw(random, m * k);
        b = Draw(random, k * n);
        old = Draw(random, m * n);
        Packed = new GuardedMemory<T>((int)RnnJit.Cpu.Gemm.Gemm.PackedLength<T>(n, k), 0xFF);
        fixed (T* p = b)
            RnnJit.Cpu.Gemm.Gemm.Pack(new PackSource<T>(p, 1, n, n, k), new PackedMatrix<T>(Packed.Data, n, k), 0, 0, 0, Panels(n));
    }

    public int M { get; }

    public int N { get; }

    public int K { get; }

    public GuardedMemory<T> Packed { get; }

    public T A(int m, int k) => a[m * K + k];

    public T B(int k, int n) => b[k * N + n];

    public T Old(int m, int n) => old[m * N + n];

    public static int Panels(int n) => RnnJit.Cpu.Gemm.Gemm.Panels<T>(n);

    /// <summary>The definition: one chain, k ascending, from 0 or the old value.</summary>
    public T Chain(int m, int n, bool accumulate) => Chain(m, n, accumulate ? Old(m, n) : T.Zero);

    /// <summary>The same from some number.</summary>
    public T Chain(int m, int n, T from)
    {
        T c = from;
        for (int k = 0; k < K; k++)
            c = Scalar32.HasFma ? T.FusedMultiplyAdd(A(m, k), B(k, n), c) : (A(m, k) * B(k, n)) + c;
        return c;
    }

    /// <summary>The product in at least twice the precision, and the bound (k + 1) u Σ|a b| of a chain with two roundings per
    /// step.</summary>
    public (double Value, double Bound) Exact(int m, int n, bool accumulate)
    {
        double sum = accumulate ? double.CreateChecked(Old(m, n)) : 0;
        double low = 0;
        double size = Math.Abs(sum);
        for (int k = 0; k < K; k++)
        {
            double x = double.CreateChecked(A(m, k)), y = double.CreateChecked(B(k, n));
            double p = x * y;
            double next = sum + p;
            double z = next - sum;
            low += (sum - (next - z)) + (p - z) + Math.FusedMultiplyAdd(x, y, -p);
            sum = next;
            size += Math.Abs(p);
        }

        double u = typeof(T) == typeof(float) ? Math.Pow(2, -24) : Math.Pow(2, -53);
        return (sum + low, 2 * (K + 1) * u * size);
    }

    public T[] OldRows(int m, int n)
    {
        var c = new T[m * n];
        for (int i = 0; i < m; i++)
            Array.Copy(old, i * N, c, i * n, n);
        return c;
    }

    public void Dispose() => Packed.Dispose();

    private static T[] Draw(Random random, int n)
    {
        var x = new T[n];
        for (int i = 0; i < n; i++)
            x[i] = T.CreateTruncating(random.NextDouble() - 0.5);
        return x;
    }
}
