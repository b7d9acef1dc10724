using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>The first words of integers: a launch that finds a wrong number notes it, and the host throws after the run.</summary>
/// <remarks>Of 64 bits each: the number of the first such launch; the smallest item of it that is wrong, and the number found; that item,
/// and its bound.</remarks>
internal static class DeviceStatus
{
    /// <summary>Bytes in front of the arena.</summary>
    public const int Bytes = 64;

    /// <summary>No item.</summary>
    public const long None = long.MaxValue;

    /// <summary>True where a launch of this run, before this one, found a wrong number.</summary>
    public static bool HasFault(ArrayView<int> integers) => integers[0] != 0;

    /// <param name="bound">The number that the one found exceeds, where that is none of the command's own.</param>
    public static void Report(ArrayView<int> integers, DeviceWords words, long item, int found, int bound = 0)
    {
        int first = Atomic.CompareExchange(ref integers[0], 0, words.Number);

        // One condition: ILGPU 1.5.3 takes what an atomic operation returns for equal in all threads, and here a launch agrees.
        if ((first != 0) & (first != words.Number))
            return;
        Atomic.Min(ref integers.Cast<long>()[1], (item << 32) | (uint)found);
        Atomic.Min(ref integers.Cast<long>()[2], (item << 32) | (uint)bound);
    }
}
