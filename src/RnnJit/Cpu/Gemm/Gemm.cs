using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// Matrix products. Each element of C is one chain of fused multiply-adds (multiply, then add, where the hardware has no
/// FMA), k ascending, from its initial value; so the result does not depend on the kernel, the panel, the thread or the
/// number of rows that were computed together.
/// </summary>
/// <remarks>
/// Packed B: panels of <see cref="NR{T}"/> columns, each [k][column], padded to full panels. The layout belongs to
/// <see cref="CpuWidth.Width"/>. Threads split a product by panels or by rows of A and C, never by k.
/// </remarks>
internal static unsafe partial class Gemm
{
    /// <summary>Rows of the tallest tile, the same for all numbers.</summary>
    public static int MR => CpuWidth.Width switch
    {
        512 => Kernels<Vec512F32, float>.MR,
        256 => Kernels<Vec256F32, float>.MR,
        _ => Kernels<Vec128F32, float>.MR,
    };

    /// <summary>Columns per panel.</summary>
    public static int NR<T>()
        where T : unmanaged => 2 * CpuWidth.Width / 8 / sizeof(T);

    /// <summary>Number of panels that hold n columns.</summary>
    public static int Panels<T>(int n)
        where T : unmanaged => (n + NR<T>() - 1) / NR<T>();

    /// <summary>Elements of a packed matrix of n columns and k rows, padding included.</summary>
    public static long PackedLength<T>(int n, int k)
        where T : unmanaged => (long)Panels<T>(n) * NR<T>() * k;

    /// <summary>The product with a packed B, for panels [panelStart, panelEnd).</summary>
    public static void Multiply<T>(in GemmArguments<T> g, int panelStart, int panelEnd)
        where T : unmanaged => Dispatch(g, panelStart, panelEnd, packed: true);

    /// <summary>The product with an unpacked B, for panels [panelStart, panelEnd) of its columns.</summary>
    public static void MultiplyUnpacked<T>(in GemmArguments<T> g, int panelStart, int panelEnd)
        where T : unmanaged => Dispatch(g, panelStart, panelEnd, packed: false);

    /// <summary>Packs the part of <paramref name="source"/> that falls into panels [panelStart, panelEnd); its element (0, 0) becomes
    /// (nOffset, kOffset).</summary>
    /// <remarks>Offsets are arbitrary, so separate tensors can be concatenated along n or k. The call that packs the last columns clears
    /// the padding.</remarks>
    public static void Pack<T>(in PackSource<T> source, in PackedMatrix<T> target, int nOffset, int kOffset, int panelStart, int panelEnd)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            PackSingle(As<PackSource<T>, PackSource<float>>(source), As<PackedMatrix<T>, PackedMatrix<float>>(target), nOffset, kOffset,
                panelStart, panelEnd);
        else
            PackDouble(As<PackSource<T>, PackSource<double>>(source), As<PackedMatrix<T>, PackedMatrix<double>>(target), nOffset, kOffset,
                panelStart, panelEnd);
    }

    private static ref readonly TTo As<TFrom, TTo>(in TFrom x) => ref Unsafe.As<TFrom, TTo>(ref Unsafe.AsRef(in x));

    private static void PackSingle(in PackSource<float> source, in PackedMatrix<float> target, int nOffset, int kOffset, int start, int end)
    {
        switch (CpuWidth.Width)
        {
            case 512: PackPanels.Run<Vec512F32, float>(source, target, nOffset, kOffset, start, end); return;
            case 256: PackPanels.Run<Vec256F32, float>(source, target, nOffset, kOffset, start, end); return;
            default: PackPanels.Run<Vec128F32, float>(source, target, nOffset, kOffset, start, end); return;
        }
    }

    private static void PackDouble(
        in PackSource<double> source, in PackedMatrix<double> target, int nOffset, int kOffset, int start, int end)
    {
        switch (CpuWidth.Width)
        {
            case 512: PackPanels.Run<Vec512F64, double>(source, target, nOffset, kOffset, start, end); return;
            case 256: PackPanels.Run<Vec256F64, double>(source, target, nOffset, kOffset, start, end); return;
            default: PackPanels.Run<Vec128F64, double>(source, target, nOffset, kOffset, start, end); return;
        }
    }

    private static void Dispatch<T>(in GemmArguments<T> g, int panelStart, int panelEnd, bool packed)
        where T : unmanaged
    {
        if (g.M <= 0 || panelStart >= panelEnd)
            return;

        if (typeof(T) == typeof(float))
            DispatchSingle(As<GemmArguments<T>, GemmArguments<float>>(g), panelStart, panelEnd, packed);
        else
            DispatchDouble(As<GemmArguments<T>, GemmArguments<double>>(g), panelStart, panelEnd, packed);
    }

    private static void DispatchSingle(in GemmArguments<float> g, int panelStart, int panelEnd, bool packed)
    {
        switch (CpuWidth.Width)
        {
            case 512: MacroKernel<Vec512F32, float>.Run(g, panelStart, panelEnd, packed); return;
            case 256: MacroKernel<Vec256F32, float>.Run(g, panelStart, panelEnd, packed); return;
            default: MacroKernel<Vec128F32, float>.Run(g, panelStart, panelEnd, packed); return;
        }
    }

    private static void DispatchDouble(in GemmArguments<double> g, int panelStart, int panelEnd, bool packed)
    {
        switch (CpuWidth.Width)
        {
            case 512: MacroKernel<Vec512F64, double>.Run(g, panelStart, panelEnd, packed); return;
            case 256: MacroKernel<Vec256F64, double>.Run(g, panelStart, panelEnd, packed); return;
            default: MacroKernel<Vec128F64, double>.Run(g, panelStart, panelEnd, packed); return;
        }
    }
}
