using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// The fixed family of register-blocked micro-kernels, written by the generator from the list below. A panel is two vectors wide; every
/// accumulator is a named local, because the JIT keeps no array in registers. Twelve accumulators hide the latency of FMA on 16 registers,
/// 16 and more on 32; few rows take several panels side by side for the same reason.
/// </summary>
[MicroKernel(rows: 12, panels: 1, unroll: 2)]
[MicroKernel(rows: 11, panels: 1, unroll: 2)]
[MicroKernel(rows: 10, panels: 1, unroll: 2)]
[MicroKernel(rows: 9, panels: 1, unroll: 2)]
[MicroKernel(rows: 8, panels: 1, unroll: 2)]
[MicroKernel(rows: 7, panels: 1, unroll: 2)]
[MicroKernel(rows: 6, panels: 1, unroll: 4)]
[MicroKernel(rows: 6, panels: 2, unroll: 2)]
[MicroKernel(rows: 5, panels: 1, unroll: 4)]
[MicroKernel(rows: 5, panels: 2, unroll: 2)]
[MicroKernel(rows: 4, panels: 1, unroll: 4)]
[MicroKernel(rows: 4, panels: 2, unroll: 2)]
[MicroKernel(rows: 3, panels: 1, unroll: 4)]
[MicroKernel(rows: 3, panels: 2, unroll: 4)]
[MicroKernel(rows: 3, panels: 4, unroll: 2)]
[MicroKernel(rows: 2, panels: 1, unroll: 4)]
[MicroKernel(rows: 2, panels: 2, unroll: 4)]
[MicroKernel(rows: 2, panels: 4, unroll: 2)]
[MicroKernel(rows: 1, panels: 1, unroll: 4)]
[MicroKernel(rows: 1, panels: 2, unroll: 4)]
[MicroKernel(rows: 1, panels: 4, unroll: 4)]
[MicroKernel(rows: 1, panels: 6, unroll: 4)]
internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Columns of a panel.</summary>
    public static int NR => 2 * V.Count;

    /// <summary>True where a row of a panel is two cache lines; else it is one or less.</summary>
    public static bool IsTwoLines => V.Count * sizeof(T) == 64;

    /// <summary>Most rows of a micro-kernel, bounded by the register file: 32 registers with 512 bits, else 16.</summary>
    public static int MR => IsTwoLines ? 12 : 6;

    /// <summary>Panels that one call computes side by side, for a number of contiguous rows.</summary>
    public static int SideBySide(int rows) => rows switch
    {
        1 => 4,
        2 or 3 => IsTwoLines ? 4 : 2,
        4 or 5 or 6 => IsTwoLines ? 2 : 1,
        _ => 1,
    };

    /// <summary>Panels that one call computes one after the other, for a number of contiguous rows.</summary>
    public static int PanelsPerCall(int rows) => SideBySide(rows) == 1 ? 4 : 1;

    /// <summary>True where a call takes several tiles, and panels one after the other.</summary>
    public static bool TakesTiles(int rows, int sideBySide) => rows >= 3 && sideBySide == 1;

    public static void Run(int rows, int panels, Prefetch prefetch, ref Tile<T> t)
    {
        switch (prefetch)
        {
            case Prefetch.None: Run<AsIs<V, T>, NoPrefetch>(rows, panels, ref t); return;
            case Prefetch.One: Run<AsIs<V, T>, OneLine>(rows, panels, ref t); return;
            case Prefetch.Two: Run<AsIs<V, T>, TwoLines>(rows, panels, ref t); return;
            default: Run<AsIs<V, T>, FourLines>(rows, panels, ref t); return;
        }
    }

    public static void Run<S>(int rows, int panels, ref Tile<T> t)
        where S : struct, IStored<V, T> => Run<S, NoPrefetch>(rows, panels, ref t);

    // The kernel of that size for the layout of A.
    private static void Run<S, P>(int rows, int panels, ref Tile<T> t)
        where S : struct, IStored<V, T>
        where P : struct, IPrefetch
    {
        if (t.BRow == NR && t.ACol == 1)
            Run<UnitStride, S, P>(rows, panels, ref t);
        else if (t.BRow == NR && t.ARow == 1 && t.ACol == rows)
            Run<PackedTile, S, P>(rows, panels, ref t);
        else
            Run<AnyStride, S, P>(rows, panels, ref t);
    }
}
