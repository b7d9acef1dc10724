using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Panels that are stored in 16 bits and widened.</summary>
internal readonly unsafe struct StoredPanels<V, S>(in GemmArguments<float> g) : IPanels<float>
    where V : struct, ISimd<V, float>
    where S : struct, IStored<V, float>
{
    private readonly byte* data = (byte*)g.B;
    private readonly int rows = g.K;

    public Copying Copying => Copying.Always;

    public void Take(int panel, int panels, int k, int columns, int count, float* copy, ref Tile<float> tile)
    {
        nint width = 2 * V.Count;
        byte* from = At(panel, k);
        tile.B = copy;
        tile.BRow = width;
        tile.BPanel = width * count;
        for (int p = 0; p < panels; p++, from += rows * width * S.Size, copy += tile.BPanel)
            Widen(from, copy, count);
    }

    public void SetPrefetch(int panel, int k, ref Tile<float> tile)
    {
        tile.PrefetchRow = 2 * V.Count * S.Size / sizeof(float);
        tile.PrefetchPanel = tile.PrefetchRow * rows;
        tile.PrefetchB = (float*)At(panel, k);
    }

    private byte* At(int panel, int k) => data + (((panel * (nint)rows) + k) * 2 * V.Count * S.Size);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* from, float* to, int count)
    {
        nint width = 2 * V.Count;
        for (; count > 0; count--, from += width * S.Size, to += width)
        {
            V.Store(S.Low(from, 0), ref *to, 0);
            V.Store(S.High(from, 0), ref *to, V.Count);
        }
    }
}
