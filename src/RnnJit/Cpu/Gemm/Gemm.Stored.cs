using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

internal static unsafe partial class Gemm
{
    /// <summary>Bytes of a packed matrix of n columns and k rows, padding included.</summary>
    public static long PackedBytes<T>(int n, int k, WeightStorage storage)
        where T : unmanaged => PackedLength<T>(n, k) * (storage == WeightStorage.Single ? sizeof(T) : sizeof(ushort));

    /// <summary>Like <see cref="Pack{T}"/>, in 16 bits and the same order. Only float32 is stored so.</summary>
    /// <exception cref="ArgumentException">A number has no finite half.</exception>
    public static void PackStored<T>(in PackSource<T> source, ushort* target, int n, int k, int nOffset, int kOffset, int panelStart,
        int panelEnd, WeightStorage storage, string name)
        where T : unmanaged
    {
        int width = NR<float>(), end = nOffset + source.N;
        float* data = (float*)source.Data;
        for (int column = Math.Max(nOffset, panelStart * width); column < Math.Min(end, panelEnd * width); column++)
        {
            float* from = data + ((column - nOffset) * source.NStride);
            ushort* to = target + ((((nint)(column / width) * k) + kOffset) * width) + StoredColumns.Place(column % width, width);
            for (int row = 0; row < source.K; row++)
            {
                float value = from[row * source.KStride];
                to[row * width] = storage == WeightStorage.Half ? FiniteHalf(value, name) : StoredNumber.BFloat16(value);
            }
        }

        for (int column = n; end == n && panelEnd * width > n && column < Panels<float>(n) * width; column++)
        {
            for (int row = 0; row < source.K; row++)
                target[((((nint)(column / width) * k) + kOffset + row) * width) + StoredColumns.Place(column % width, width)] = 0;
        }
    }

    private static ushort FiniteHalf(float value, string name)
    {
        ushort half = StoredNumber.Half(value);
        return System.Half.IsFinite(BitConverter.UInt16BitsToHalf(half))
            ? half
            : throw new ArgumentException(
                $"'{name}' holds {value}, wanted at most {StoredNumber.LargestHalf} for 16 bits as Half (store weights as BFloat16)");
    }

    /// <summary>The product with a packed B that is stored so, for panels [panelStart, panelEnd).</summary>
    public static void Multiply<T>(in GemmArguments<T> g, int panelStart, int panelEnd, WeightStorage storage)
        where T : unmanaged
    {
        if (storage == WeightStorage.Single)
            Multiply(g, panelStart, panelEnd);
        else if (g.M > 0 && panelStart < panelEnd)
            MultiplyStored(As<GemmArguments<T>, GemmArguments<float>>(g), panelStart, panelEnd, storage);
    }

    private static void MultiplyStored(in GemmArguments<float> g, int start, int end, WeightStorage storage)
    {
        switch (CpuWidth.Width, storage)
        {
            case (512, WeightStorage.Half): MultiplyStored<Vec512F32, StoredHalf<Vec512F32>>(g, start, end); return;
            case (512, _): MultiplyStored<Vec512F32, StoredBFloat16<Vec512F32>>(g, start, end); return;
            case (256, WeightStorage.Half): MultiplyStored<Vec256F32, StoredHalf<Vec256F32>>(g, start, end); return;
            case (256, _): MultiplyStored<Vec256F32, StoredBFloat16<Vec256F32>>(g, start, end); return;
            case (_, WeightStorage.Half): MultiplyStored<Vec128F32, StoredHalf<Vec128F32>>(g, start, end); return;
            default: MultiplyStored<Vec128F32, StoredBFloat16<Vec128F32>>(g, start, end); return;
        }
    }

    // One row widens B as it reads it; more rows share a block of a panel that is widened once, and the chains go on through C.
    private static void MultiplyStored<V, S>(in GemmArguments<float> g, int start, int end)
        where V : struct, ISimd<V, float>
        where S : struct, IStored<V, float>
    {
        if (g.M == 1)
            OneRow<V, float, S>.Run(g, start, end);
        else
            MacroKernel<V, float>.Run(g, new StoredPanels<V, S>(g), start, end);
    }
}
