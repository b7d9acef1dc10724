using RnnJit.Cpu;
using System.Numerics;
using RnnJit.Randomness;

namespace RnnJit.Networks;

/// <summary>First values of weights, row-major [rows, columns] = [outputs, inputs], for float and double; a double fill rounded
/// to float is the float fill.</summary>
public static class Initialisers
{
    public static void Zeros<T>(Span<T> weights) where T : unmanaged, IFloatingPointIeee754<T> => weights.Clear();

    public static void Constant<T>(Span<T> weights, double value)
        where T : unmanaged, IFloatingPointIeee754<T> => weights.Fill(T.CreateTruncating(value));

    /// <summary>Uniform in [−<paramref name="k"/>, <paramref name="k"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is not positive and finite.</exception>
    public static void Uniform<T>(Span<T> weights, double k, RandomStream random) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!(k > 0) || !double.IsFinite(2 * k))
            throw new ArgumentOutOfRangeException(nameof(k), k, $"The bound is {k}, wanted a positive finite number (use Zeros for 0)");

        foreach (ref var weight in weights)
            weight = T.CreateTruncating(random.NextUniform(-k, k));
    }

    /// <summary>Uniform in [0, 1).</summary>
    public static void UniformUnit<T>(Span<T> weights, RandomStream random)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(random);
        foreach (ref var weight in weights)
            weight = T.CreateTruncating(random.NextUniform(0, 1));
    }

    /// <summary>Ones on the diagonal, zeros elsewhere (Le, Jaitly and Hinton 2015, arXiv:1504.00941).</summary>
    /// <exception cref="ArgumentException">The span is not rows · columns long.</exception>
    public static void Identity<T>(Span<T> weights, int rows, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckShape(weights.Length, rows, columns);
        weights.Clear();
        for (int i = 0; i < Math.Min(rows, columns); i++)
            weights[(i * columns) + i] = T.One;
    }

    /// <summary>Uniform in ±√(6 / (rows + columns)), the variance that keeps activations and gradients alike (Glorot and
    /// Bengio 2010, equation 16).</summary>
    /// <exception cref="ArgumentException">The span is not rows · columns long.</exception>
    public static void GlorotUniform<T>(Span<T> weights, int rows, int columns, RandomStream random)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckShape(weights.Length, rows, columns);
        Uniform(weights, Math.Sqrt(6.0 / ((double)rows + columns)), random);
    }

    /// <summary>
    /// A random orthogonal matrix times <paramref name="gain"/> (Saxe, McClelland, Ganguli 2013): orthonormal columns when
    /// rows ≥ columns, else orthonormal rows.
    /// </summary>
    /// <remarks>Q of the QR factorisation of a Gaussian matrix with a positive diagonal of R, which makes Q uniform among the
    /// orthogonal matrices (Mezzadri 2007).</remarks>
    /// <exception cref="ArgumentException">The span is not rows · columns long.</exception>
    public static void Orthogonal<T>(Span<T> weights, int rows, int columns, RandomStream random, double gain = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(random);
        CheckShape(weights.Length, rows, columns);

        var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = OrthonormalVectors.Draw(count, length, random);
        var (vectorStride, elementStride) = rows >= columns ? (1, columns) : (columns, 1);
        for (var v = 0; v < count; v++)
        {
            for (var e = 0; e < length; e++)
                weights[v * vectorStride + e * elementStride] = T.CreateTruncating(gain * vectors[v * length + e]);
        }
    }

    private static void CheckShape(int length, int rows, int columns)
    {
        if (rows <= 0 || columns <= 0 || (long)rows * columns != length)
            throw new ArgumentException(
                $"The span has {length} elements, wanted {rows} · {columns}, both positive (pass the matrix and its own shape)");
    }
}
