namespace RnnJit.Randomness;

/// <summary>
/// A sequence of random numbers that is a function of seed, stream number and position alone: saving <see cref="Position"/> saves all of
/// it. Different streams of one seed never overlap. Not for use by several threads at once.
/// </summary>
/// <param name="seed">Key of the generator.</param>
/// <param name="stream">Number of the stream among those of this seed.</param>
public sealed class RandomStream(ulong seed, ulong stream = 0)
{
    private readonly uint[] block = new uint[4];
    private ulong blockIndex = ulong.MaxValue;

    public ulong Seed => seed;

    public ulong Stream => stream;

    /// <summary>Number of 32-bit words drawn so far; setting it continues from there.</summary>
    public ulong Position { get; set; }

    /// <summary>A uniform word; advances the position by 1.</summary>
    public uint NextUInt32()
    {
        // blockIndex has two bits less than a position, so its initial value never matches.
        if (Position >> 2 != blockIndex)
        {
            blockIndex = Position >> 2;
            (block[0], block[1], block[2], block[3]) = Philox.Block(seed, blockIndex, stream);
        }

        return block[Position++ & 3];
    }

    /// <summary>A multiple of 2^-53 in [0, 1); advances the position by 2.</summary>
    public double NextDouble()
    {
        ulong low = NextUInt32();
        ulong high = NextUInt32();
        return (((high << 32) | low) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>); advances the position by 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bounds are not finite or not ascending.</exception>
    public double NextUniform(double low, double high)
    {
        if (!(low < high) || !double.IsFinite(high - low))
            throw new ArgumentOutOfRangeException(nameof(high), high,
                $"The interval is [{low}, {high}), wanted finite ascending bounds (swap or widen them)");

        // Rounding may reach the upper bound, which does not belong to the interval.
        return Math.Min(low + (high - low) * NextDouble(), Math.BitDecrement(high));
    }

    /// <summary>A whole number in [0, <paramref name="bound"/>), each equally likely (Lemire 2019); advances the
    /// position by 1, seldom by more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // The 2^32 words fall into bound classes of equal size once the (2^32 mod bound) surplus ones are drawn again.
        var surplus = (uint)((1UL << 32) % (uint)bound);
        ulong product;
        do
        {
            product = (ulong)NextUInt32() * (uint)bound;
        }
        while ((uint)product < surplus);

        return (int)(product >> 32);
    }

    /// <summary>
    /// A number of mean 0 and variance 1 (Box and Muller 1958, the cosine of each pair only, so that the position stays the whole state);
    /// advances the position by 4.
    /// </summary>
    public double NextGaussian()
    {
        // 1 − u lies in (0, 1], where the logarithm is finite.
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Brings the items into a random order, each equally likely (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
