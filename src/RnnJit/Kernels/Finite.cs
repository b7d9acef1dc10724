using System.ComponentModel;
using RnnJit.Cpu.Simd;

namespace RnnJit.Kernels;

/// <summary>The check on each number that a kernel in debug form stores.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Finite
{
    /// <summary>The number in all lanes of <paramref name="x"/>.</summary>
    /// <exception cref="NumericException">It is NaN or infinite.</exception>
    public static T Check<V, T>(V x, string name, int row, int column)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        // The largest lane is the number itself, as all lanes are equal.
        T number = V.Max(x);
        double wide = number is float single ? single : (double)(object)number;
        return double.IsFinite(wide) ? number : throw new NumericException(name, row, column, wide);
    }
}
