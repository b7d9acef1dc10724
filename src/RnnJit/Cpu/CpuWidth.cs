using System.Runtime.Intrinsics;

namespace RnnJit.Cpu;

/// <summary>The vector width, in bits, that this processor runs best: 512, 256 or 128.</summary>
internal static class CpuWidth
{
    private static int width = Hardware;

    /// <summary>The widest vectors with hardware support.</summary>
    public static int Hardware =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>The width in use. A test may set another; one without hardware support is composed of narrower vectors: slow, with the same results.</summary>
    public static int Width
    {
        get => width;
        set => width = value is 128 or 256 or 512
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"A vector has 128, 256 or 512 bits, not {value}.");
    }
}
