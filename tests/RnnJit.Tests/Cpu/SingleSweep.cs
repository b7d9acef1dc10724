using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Tests.Cpu;

/// <summary>Compares the float functions with System.Math in double over ranges of bit patterns.</summary>
internal static class SingleSweep
{
    private const int Chunk = 4096;

    /// <summary>The largest error, in units in the last place of the true result, and where it is.</summary>
    public readonly record struct Error(double Ulp, float X, float Y)
    {
        public override string ToString() => $"{Ulp:F3} ULP at {X:G9}, which gives {Y:G9}";
    }

    public static void Apply<V>(string function, float[] x, float[] y)
        where V : struct, ISimd<V, float>
    {
        for (int i = 0; i < x.Length; i += V.Count)
        {
            V v = V.Load(ref x[0], i);
            V.Store(
                function switch
                {
                    "exp" => VectorMath.Exp<V, float>(v),
                    "log" => VectorMath.Log<V, float>(v),
                    "tanh" => VectorMath.Tanh<V, float>(v),
                    "sigmoid" => VectorMath.Sigmoid<V, float>(v),
                    _ => v * V.Create(1.000001),
                },
                ref y[0],
                i);
        }
    }

    public static float Apply<V>(string function, float x)
        where V : struct, ISimd<V, float>
    {
        var v = new float[V.Count];
        Array.Fill(v, x);
        Apply<V>(function, v, v);
        return v[^1];
    }

    /// <summary>Bit patterns from start, in steps, before end.</summary>
    public static Error Worst<V>(string function, long start, long end, int step)
        where V : struct, ISimd<V, float>
    {
        var x = new float[Chunk];
        var y = new float[Chunk];
        var worst = default(Error);
        for (long bits = start; bits < end; bits += (long)Chunk * step)
        {
            for (int i = 0; i < Chunk; i++)
                x[i] = BitConverter.UInt32BitsToSingle((uint)Math.Min(bits + (long)i * step, end - 1));
            Apply<V>(function, x, y);
            for (int i = 0; i < Chunk; i++)
            {
                double ulp = Ulp(function, x[i], y[i]);
                if (ulp > worst.Ulp)
                    worst = new Error(ulp, x[i], y[i]);
            }
        }

        return worst;
    }

    public static Error Every<V>(string function)
        where V : struct, ISimd<V, float>
    {
        const int Parts = 256;
        var errors = new Error[Parts];
        Parallel.For(0, Parts, i => errors[i] = Worst<V>(function, (1L << 32) / Parts * i, (1L << 32) / Parts * (i + 1), 1));
        return errors.MaxBy(e => e.Ulp);
    }

    private static double Ulp(string function, float x, float y)
    {
        double exact = function switch
        {
            "exp" => Math.Exp(x),
            "log" => Math.Log(x),
            "tanh" => Math.Tanh(x),
            "sigmoid" => 1 / (1 + Math.Exp(-(double)x)),
            _ => x,
        };
        if (double.IsNaN(exact) || float.IsNaN(y))
            return double.IsNaN(exact) && float.IsNaN(y) ? 0 : double.PositiveInfinity;

        float rounded = (float)exact;
        if (rounded == y)
            return Math.Abs(rounded) <= float.MaxValue ? Math.Abs(y - exact) / Unit(exact) : 0;

        // The logistic function drops what is below the smallest normal number.
        if (function == "sigmoid" && exact < 1.17549435e-38 && y is >= 0 and < 1.2e-38f)
            return 0;
        return float.IsInfinity(y) || float.IsInfinity(rounded) ? double.PositiveInfinity : Math.Abs(y - exact) / Unit(exact);
    }

    /// <summary>The distance of the floats around x, from the exponent of x: 2^(e − 23), at least the smallest denormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Unit(double x)
    {
        int exponent = (int)((BitConverter.DoubleToInt64Bits(x) >> 52) & 0x7FF) - 1023;
        return BitConverter.Int64BitsToDouble((long)(Math.Max(exponent - 23, -149) + 1023) << 52);
    }
}
