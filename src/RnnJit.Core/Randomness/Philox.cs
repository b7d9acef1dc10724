using System.Runtime.CompilerServices;

namespace RnnJit.Randomness;

/// <summary>
/// Philox4x32-10, a counter-based generator: the numbers are a function of key and counter, so any of them can be computed alone, by any
/// thread (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011, section 4.3).
/// </summary>
public static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    // Golden ratio and √3 − 1, as fractions of 2^32.
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Four random words for the counter (<paramref name="low"/> its first two words, <paramref name="high"/> its last two),
    /// least significant word first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint R0, uint R1, uint R2, uint R3) Block(ulong key, ulong low, ulong high)
    {
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        var (c0, c1, c2, c3) = ((uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>
    /// A random word as a number that is uniform in (−1, 1): its upper 23 bits, k, as (2k + 1) / 2²³ − 1. It is exact in f32, symmetric,
    /// and never 0 or ±1.
    /// </summary>
    public static double Uniform(uint word) => BitConverter.Int64BitsToDouble((long)UniformBits(word)) - 3;

    /// <summary>
    /// The bits of <see cref="Uniform"/> + 3, a double from 2 to 4, for devices: k stands in the mantissa, so nothing is rounded.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong UniformBits(uint word) => 0x4000000000000000UL | ((ulong)((word >> 8) | 1) << 28);

#if NET
    /// <summary>
    /// Fills a span with uniform random numbers (<see cref="Uniform"/>); element i depends on <paramref name="key"/>,
    /// <paramref name="counter"/> and
    /// <paramref name="first"/> + i alone.
    /// </summary>
    /// <param name="numbers">Filled with elements <paramref name="first"/>, <paramref name="first"/> + 1, …</param>
    /// <param name="key">What distinguishes runs and sites of noise.</param>
    /// <param name="counter">What distinguishes rows and time steps of one site.</param>
    /// <param name="first">Number of the first element, so that noise can be drawn in parts.</param>
    public static void FillUniform(Span<float> numbers, ulong key, ulong counter, ulong first = 0)
    {
        for (int i = 0; i < numbers.Length;)
        {
            ulong element = first + (ulong)i;
            var (r0, r1, r2, r3) = Block(key, element >> 2, counter);
            ReadOnlySpan<uint> words = [r0, r1, r2, r3];
            for (int lane = (int)(element & 3); lane < 4 && i < numbers.Length; lane++)
                numbers[i++] = (float)Uniform(words[lane]);
        }
    }

    /// <summary>
    /// Inverted-dropout mask: element i is 1 / <paramref name="keepProbability"/> with that probability, else 0,
    /// and depends on <paramref name="key"/>, <paramref name="counter"/> and <paramref name="first"/> + i alone.
    /// </summary>
    /// <param name="mask">Filled with elements <paramref name="first"/>, <paramref name="first"/> + 1, …</param>
    /// <param name="keepProbability">Above 0, at most 1.</param>
    /// <param name="key">What distinguishes runs and sites of dropout.</param>
    /// <param name="counter">What distinguishes rows and time steps of one site.</param>
    /// <param name="first">Number of the first element, so that a mask can be filled in parts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not above 0 and at most 1.</exception>
    public static void FillBernoulliMask(Span<float> mask, double keepProbability, ulong key, ulong counter, ulong first = 0)
    {
        if (keepProbability is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(keepProbability), keepProbability,
                $"The probability to keep is {keepProbability}, wanted above 0 and at most 1 (1 keeps all)");

        // A word is kept with probability threshold / 2^32; at 1 the threshold lies above every word.
        var threshold = (ulong)Math.Round(keepProbability * (1L << 32));
        var kept = (float)(1 / keepProbability);
        var i = 0;
        while (i < mask.Length)
        {
            var element = first + (ulong)i;
            var (r0, r1, r2, r3) = Block(key, element >> 2, counter);
            if ((element & 3) == 0 && mask.Length - i >= 4)
            {
                mask[i] = Keep(r0, threshold, kept);
                mask[i + 1] = Keep(r1, threshold, kept);
                mask[i + 2] = Keep(r2, threshold, kept);
                mask[i + 3] = Keep(r3, threshold, kept);
                i += 4;
                continue;
            }

            ReadOnlySpan<uint> words = [r0, r1, r2, r3];
            for (var lane = (int)(element & 3); lane < 4 && i < mask.Length; lane++)
                mask[i++] = Keep(words[lane], threshold, kept);
        }
    }

    // The borrow of word − threshold is a mask of ones where the word is kept: a branch here would be
    // mispredicted as often as the mask changes.
    private static float Keep(uint word, ulong threshold, float kept) =>
        BitConverter.UInt32BitsToSingle((uint)((long)(word - threshold) >> 63) & BitConverter.SingleToUInt32Bits(kept));
#endif
}
