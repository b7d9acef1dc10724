using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>
/// A matrix product over all time steps that one loop alone reads, computed some steps ahead of that loop: its result stays in the
/// cache and takes no memory for all steps.
/// </summary>
/// <param name="Chunk">Time steps computed at once, a power of two.</param>
public sealed record ChunkedMatMul(MatMulCommand Product, int Steps, int Chunk, int Batch)
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "chunk-matmuls";

    public int Count => (Steps + Chunk - 1) / Chunk;

    /// <summary>True for the step at which a chunk begins; the first step of a loop begins one too.</summary>
    public bool Begins(int t, bool reverse) => t % Chunk == (reverse ? Chunk - 1 : 0);

    public string Describe => $"{Product.Describe}, {Quantity.Of(Chunk, "step")} at a time";

    public override string ToString() => Describe;

    /// <summary>Time steps of a chunk, a power of two; 0 where chunks are worth nothing.</summary>
    public static int StepsOf(int steps, int batch, long bytesPerStep, ChunkLimits limits)
    {
        for (int chunk = 1; chunk <= steps / 2; chunk *= 2)
        {
            if ((long)chunk * batch >= limits.LeastRows)
                return steps * bytesPerStep > limits.LeastBytes ? chunk : 0;
        }

        return 0;
    }
}
