using System.Runtime.Intrinsics;

namespace RnnJit.Cpu;

/// <summary>
/// Sums over a flat array, in double, in one fixed order at every width: element i of a block belongs to lane i mod 16, the lanes are added
/// as a tree, the blocks from first to last. Threads may take blocks of <see cref="Block"/> elements; their sums are then added in order.
/// </summary>
internal static unsafe class FlatReduction
{
    public const int Block = 4096;

    public const int Lanes = 16;

    /// <summary>Σ x².</summary>
    public static double SumOfSquares<T>(T* x, long n)
        where T : unmanaged => Dot(x, x, n);

    /// <summary>Σ x.</summary>
    public static double Sum<T>(T* x, long n)
        where T : unmanaged
    {
        double sum = 0;
        for (long i = 0; i < n; i += Block)
        {
            int count = (int)Math.Min(Block, n - i);
            sum += typeof(T) == typeof(float) ? SumBlock((float*)x + i, count) : SumBlock((double*)x + i, count);
        }

        return sum;
    }

    /// <summary>Σ x · y.</summary>
    public static double Dot<T>(T* x, T* y, long n)
        where T : unmanaged
    {
        double sum = 0;
        for (long i = 0; i < n; i += Block)
        {
            int count = (int)Math.Min(Block, n - i);
            sum += typeof(T) == typeof(float)
                ? DotBlock((float*)x + i, (float*)y + i, count)
                : DotBlock((double*)x + i, (double*)y + i, count);
        }

        return sum;
    }

    /// <summary>Adds x² element by element to the lanes from a given one on.</summary>
    public static void AddSquares<T>(double* lanes, T* x, int n, int lane)
        where T : unmanaged
    {
        int i = 0;
        for (; i < n && lane != 0; i++, lane = (lane + 1) % Lanes)
            lanes[lane] += Square(x, i);
        int end = i + ((n - i) / Lanes * Lanes);
        for (; i < end; i += Lanes)
        {
            for (int part = 0; part < Lanes; part += 4)
            {
                Vector256<double> v = typeof(T) == typeof(float)
                    ? Vector256.WidenLower(Vector128.Load((float*)x + i + part).ToVector256Unsafe())
                    : Vector256.Load((double*)x + i + part);
                (Vector256.Load(lanes + part) + (v * v)).Store(lanes + part);
            }
        }

        for (; i < n; i++, lane++)
            lanes[lane] += Square(x, i);
    }

    private static double Square<T>(T* x, int i)
        where T : unmanaged
    {
        double number = typeof(T) == typeof(float) ? ((float*)x)[i] : ((double*)x)[i];
        return number * number;
    }

    private static double SumBlock(float* x, int n)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0;
        for (; i + Lanes <= n; i += Lanes)
        {
            var (x0, x1) = Vector256.Widen(Vector256.Load(x + i));
            var (x2, x3) = Vector256.Widen(Vector256.Load(x + i + 8));
            s0 += x0;
            s1 += x1;
            s2 += x2;
            s3 += x3;
        }

        double* lanes = stackalloc double[Lanes];
        Store(lanes, s0, s1, s2, s3);
        for (int lane = 0; i < n; i++, lane++)
            lanes[lane] += x[i];
        return Tree(lanes);
    }

    private static double SumBlock(double* x, int n)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0;
        for (; i + Lanes <= n; i += Lanes)
        {
            s0 += Vector256.Load(x + i);
            s1 += Vector256.Load(x + i + 4);
            s2 += Vector256.Load(x + i + 8);
            s3 += Vector256.Load(x + i + 12);
        }

        double* lanes = stackalloc double[Lanes];
        Store(lanes, s0, s1, s2, s3);
        for (int lane = 0; i < n; i++, lane++)
            lanes[lane] += x[i];
        return Tree(lanes);
    }

    // The product of two floats is exact in double, so a separate addition rounds as FMA would.
    private static double DotBlock(float* x, float* y, int n)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0;
        for (; i + Lanes <= n; i += Lanes)
        {
            var (x0, x1) = Vector256.Widen(Vector256.Load(x + i));
            var (x2, x3) = Vector256.Widen(Vector256.Load(x + i + 8));
            var (y0, y1) = Vector256.Widen(Vector256.Load(y + i));
            var (y2, y3) = Vector256.Widen(Vector256.Load(y + i + 8));
            s0 += x0 * y0;
            s1 += x1 * y1;
            s2 += x2 * y2;
            s3 += x3 * y3;
        }

        double* lanes = stackalloc double[Lanes];
        Store(lanes, s0, s1, s2, s3);
        for (int lane = 0; i < n; i++, lane++)
            lanes[lane] += (double)x[i] * y[i];
        return Tree(lanes);
    }

    private static double DotBlock(double* x, double* y, int n)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0;
        for (; i + Lanes <= n; i += Lanes)
        {
            s0 += Vector256.Load(x + i) * Vector256.Load(y + i);
            s1 += Vector256.Load(x + i + 4) * Vector256.Load(y + i + 4);
            s2 += Vector256.Load(x + i + 8) * Vector256.Load(y + i + 8);
            s3 += Vector256.Load(x + i + 12) * Vector256.Load(y + i + 12);
        }

        double* lanes = stackalloc double[Lanes];
        Store(lanes, s0, s1, s2, s3);
        for (int lane = 0; i < n; i++, lane++)
            lanes[lane] += x[i] * y[i];
        return Tree(lanes);
    }

    private static void Store(double* lanes, Vector256<double> s0, Vector256<double> s1, Vector256<double> s2, Vector256<double> s3)
    {
        s0.Store(lanes);
        s1.Store(lanes + 4);
        s2.Store(lanes + 8);
        s3.Store(lanes + 12);
    }

    /// <summary>The lanes added as a tree; they are overwritten.</summary>
    public static double Tree(double* lanes)
    {
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                lanes[i] += lanes[i + half];
        }

        return lanes[0];
    }
}
