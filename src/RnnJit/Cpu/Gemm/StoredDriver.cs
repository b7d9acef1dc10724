using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;
using RnnJit.Runtime;

namespace RnnJit.Cpu.Gemm;

/// <summary>Products with a B packed in 16 bits. One row widens B as it reads it; more rows share a block of a panel that is widened once, and the chains go on through C.</summary>
internal static unsafe class StoredDriver<V, S>
    where V : struct, ISimd<V, float>
    where S : struct, IStored<V, float>
{
    private const int KBlock = 256;

    private static int Width => 2 * V.Count;

    public static void Run(in GemmArguments<float> g, int panelStart, int panelEnd)
    {
        if (g.M == 1)
            OneRow<V, float, S>.Run(g.A, g.ACol, (byte*)g.B, g.C, g.N, g.K, g.Accumulate, panelStart, panelEnd);
        else
            Rows(g, panelStart, panelEnd);
    }

    [SkipLocalsInit]
    private static void Rows(in GemmArguments<float> g, int panelStart, int panelEnd)
    {
        float* wide = stackalloc float[KBlock * Width];
        for (int panel = panelStart; panel < panelEnd; panel++)
        {
            int k = 0;
            do
            {
                GemmArguments<float> block = g;
                block.K = Math.Min(KBlock, g.K - k);
                block.N = Math.Min(Width, g.N - (panel * Width));
                block.A = g.A + (k * g.ACol);
                block.B = wide;
                block.C = g.C + (panel * Width);
                block.Accumulate = g.Accumulate || k > 0;
                Widen((byte*)g.B + ((((nint)panel * g.K) + k) * Width * S.Size), wide, block.K);
                Driver<V, float>.Run(block, 0, 1, packed: true);
                k += KBlock;
            }
            while (k < g.K);
        }
    }

    private static void Widen(byte* from, float* to, int k)
    {
        for (; k > 0; k--, from += Width * S.Size, to += Width)
        {
            V.Store(S.Load(from), ref *to, 0);
            V.Store(S.Load(from + (V.Count * S.Size)), ref *to, V.Count);
        }
    }
}
