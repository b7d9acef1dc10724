using System.Numerics;
using System.Runtime.InteropServices;

namespace RnnJit.Training;

/// <summary>
/// Sums of blocks level by level: neighbours 2i and 2i + 1 are added, and an odd last one passes up. The order, and so every bit, depends
/// on the number of blocks alone.
/// </summary>
internal static class SumTree
{
    // Elements of all blocks that stay in the first cache from level to level.
    private const int Tile = 1024;

    /// <summary>result = sum of blocks / divisor. The blocks lie one behind the other and are overwritten.</summary>
    public static void Mean<T>(Span<T> blocks, int count, T divisor, Span<T> result)
        where T : unmanaged, INumberBase<T>
    {
        int length = blocks.Length / count;
        for (int start = 0; start < length; start += Tile)
        {
            int tile = Math.Min(Tile, length - start);
            for (int left = count; left > 1; left = (left + 1) / 2)
            {
                for (int i = 0; i < left / 2; i++)
                {
                    Sum(blocks.Slice((2 * i * length) + start, tile), blocks.Slice((((2 * i) + 1) * length) + start, tile),
                        blocks.Slice((i * length) + start, tile));
                }

                if (left % 2 != 0)
                    blocks.Slice(((left - 1) * length) + start, tile).CopyTo(blocks.Slice((left / 2 * length) + start, tile));
            }

            Divide(blocks.Slice(start, tile), divisor, result.Slice(start, tile));
        }
    }

    /// <summary>sum = a + b, element by element; the sum may be one of them.</summary>
    public static void Sum<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> sum)
        where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<Vector<T>> left = MemoryMarshal.Cast<T, Vector<T>>(a), right = MemoryMarshal.Cast<T, Vector<T>>(b);
        Span<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(sum);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = left[i] + right[i];
        for (int i = vectors.Length * Vector<T>.Count; i < sum.Length; i++)
            sum[i] = a[i] + b[i];
    }

    /// <summary>values = values / divisor.</summary>
    public static void Divide<T>(Span<T> values, T divisor)
        where T : unmanaged, INumberBase<T> => Divide(values, divisor, values);

    private static void Divide<T>(ReadOnlySpan<T> values, T divisor, Span<T> result)
        where T : unmanaged, INumberBase<T>
    {
        var divisors = new Vector<T>(divisor);
        ReadOnlySpan<Vector<T>> from = MemoryMarshal.Cast<T, Vector<T>>(values);
        Span<Vector<T>> to = MemoryMarshal.Cast<T, Vector<T>>(result);
        for (int i = 0; i < to.Length; i++)
            to[i] = from[i] / divisors;
        for (int i = to.Length * Vector<T>.Count; i < result.Length; i++)
            result[i] = values[i] / divisor;
    }

    /// <summary>values = values · factor.</summary>
    public static void Multiply<T>(Span<T> values, T factor)
        where T : unmanaged, INumberBase<T>
    {
        var factors = new Vector<T>(factor);
        Span<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] *= factors;
        for (int i = vectors.Length * Vector<T>.Count; i < values.Length; i++)
            values[i] *= factor;
    }
}
