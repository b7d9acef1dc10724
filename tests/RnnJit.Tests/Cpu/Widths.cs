using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

/// <summary>Runs a fixture at one vector width. A width without hardware support is composed of narrower vectors and gives the same
/// results.</summary>
internal readonly struct Widths : IDisposable
{
    private readonly int before;

    public Widths(int width)
    {
        before = CpuWidth.Width;
        CpuWidth.Width = width;
    }

    public static int[] All => [128, 256, 512];

    public void Dispose() => CpuWidth.Width = before;
}
