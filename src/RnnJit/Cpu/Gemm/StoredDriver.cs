using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Products with a B packed in 16 bits. One row widens B as it reads it; more rows share a block of a panel that is widened once, and the chains go on through C.</summary>
internal static unsafe class StoredDriver<V, S>
    where V : struct, ISimd<V, float>
    where S : struct, IStored<V, float>
{
    public static void Run(in GemmArguments<float> g, int panelStart, int panelEnd)
    {
        if (g.M == 1)
            OneRow<V, float, S>.Run(g.A, g.ACol, (byte*)g.B, g.C, g.N, g.K, g.Accumulate, panelStart, panelEnd, g.Backwards);
        else
            Driver<V, float>.Run(g, new StoredPanels<V, S>(g), panelStart, panelEnd);
    }
}
