using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>What one call of a micro-kernel computes: C[r, n] = (start or 0) + Σ_k A[r, k] · B[k, n], one chain per element, k ascending, for some tiles of rows below each other.</summary>
internal unsafe struct Tile<T>
    where T : unmanaged
{
    public T* A;
    public nint ARow;
    public nint ACol;

    /// <summary>B and its strides count elements as they are stored.</summary>
    public T* B;
    public nint BRow;
    public nint BPanel;
    public T* C;
    public nint CRow;
    public nint CPanel;
    public int K;

    /// <summary>What of B is wanted next, line by line, and is brought into L2 on the way. A call moves it.</summary>
    public T* Ahead;
    public nint AheadRow;
    public nint AheadPanel;

    /// <summary>What a step of several k asks for: one, two or four lines, from the first to the second and to the third so far apart; then Ahead moves on.</summary>
    public nint AheadApart;

    public nint AheadApart2;
    public nint AheadStep;

    /// <summary>What the chains start from, row by row like C, and maybe C itself; null: from 0.</summary>
    public T* Start;
    public nint StartRow;

    /// <summary>Whether that of the next tile is asked for a tile ahead.</summary>
    public bool AsksForStart;

    /// <summary>Whether C, which is only written, is asked for before it is.</summary>
    public bool AsksForC;

    /// <summary>How many tiles of one height, and from one to the next of them. A call with tiles moves A, C, Start and Ahead behind them, and none is left.</summary>
    public int Tiles;
    public nint ATile;
    public nint CTile;
    public nint StartTile;

    /// <summary>From stretch to stretch of rows, for those who call kernels.</summary>
    public nint AStretch;
    public nint CStretch;
    public nint StartStretch;

    /// <summary>How many panels each of them meets, one after the other.</summary>
    public int Turns;

    /// <summary>Which of them a kernel is at.</summary>
    public int Turn;
}

/// <summary>
/// The fixed family of register-blocked micro-kernels, written by the generator from the list below. A panel is two vectors wide; every accumulator is a named
/// local, because the JIT keeps no array in registers. Twelve accumulators hide the latency of FMA on 16 registers, 16 and more on 32; few rows take several
/// panels side by side for the same reason.
/// </summary>
[MicroKernel(rows: 12, panels: 1, steps: 2)]
[MicroKernel(rows: 11, panels: 1, steps: 2)]
[MicroKernel(rows: 10, panels: 1, steps: 2)]
[MicroKernel(rows: 9, panels: 1, steps: 2)]
[MicroKernel(rows: 8, panels: 1, steps: 2)]
[MicroKernel(rows: 7, panels: 1, steps: 2)]
[MicroKernel(rows: 6, panels: 1, steps: 4)]
[MicroKernel(rows: 6, panels: 2, steps: 2)]
[MicroKernel(rows: 5, panels: 1, steps: 4)]
[MicroKernel(rows: 5, panels: 2, steps: 2)]
[MicroKernel(rows: 4, panels: 1, steps: 4)]
[MicroKernel(rows: 4, panels: 2, steps: 2)]
[MicroKernel(rows: 3, panels: 1, steps: 4)]
[MicroKernel(rows: 3, panels: 2, steps: 4)]
[MicroKernel(rows: 3, panels: 4, steps: 2)]
[MicroKernel(rows: 2, panels: 1, steps: 4)]
[MicroKernel(rows: 2, panels: 2, steps: 4)]
[MicroKernel(rows: 2, panels: 4, steps: 2)]
[MicroKernel(rows: 1, panels: 1, steps: 4)]
[MicroKernel(rows: 1, panels: 2, steps: 4)]
[MicroKernel(rows: 1, panels: 4, steps: 4)]
[MicroKernel(rows: 1, panels: 6, steps: 4)]
internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    public static int PanelWidth => 2 * V.Count;

    /// <summary>Whether a vector is as wide as a line of the caches, and a row of a panel two of them; else it is one line or less.</summary>
    public static bool IsTwoLines => V.Count * sizeof(T) == 64;

    /// <summary>Rows of the tallest kernel that the register file holds: 32 registers with 512 bits, else 16.</summary>
    public static int MaxRows => IsTwoLines ? 12 : 6;

    /// <summary>How many panels one call takes side by side, where so many rows follow each other.</summary>
    public static int SideBySide(int rows) => rows switch
    {
        1 => 4,
        2 or 3 => IsTwoLines ? 4 : 2,
        4 or 5 or 6 => IsTwoLines ? 2 : 1,
        _ => 1,
    };

    /// <summary>How many panels each tile of rows meets in turn, where so many rows follow each other.</summary>
    public static int InTurn(int rows) => SideBySide(rows) == 1 ? 4 : 1;

    /// <summary>Whether a call does several tiles, and panels in turn.</summary>
    public static bool TakesTiles(int rows, int sideBySide) => rows >= 3 && sideBySide == 1;

    public static void Run(int rows, int panels, Prefetch ahead, ref Tile<T> t)
    {
        switch (ahead)
        {
            case Prefetch.None: Run<AsIs<V, T>, NoPrefetch>(rows, panels, ref t); return;
            case Prefetch.One: Run<AsIs<V, T>, OneLine>(rows, panels, ref t); return;
            case Prefetch.Two: Run<AsIs<V, T>, TwoLines>(rows, panels, ref t); return;
            default: Run<AsIs<V, T>, FourLines>(rows, panels, ref t); return;
        }
    }

    public static void Run<S>(int rows, int panels, ref Tile<T> t)
        where S : struct, IStored<V, T> => Run<S, NoPrefetch>(rows, panels, ref t);

    // The kernel of that size for how A lies.
    private static void Run<S, P>(int rows, int panels, ref Tile<T> t)
        where S : struct, IStored<V, T>
        where P : struct, IPrefetch
    {
        if (t.BRow == PanelWidth && t.ACol == 1)
            Run<Lying, S, P>(rows, panels, ref t);
        else if (t.BRow == PanelWidth && t.ARow == 1 && t.ACol == rows)
            Run<PackedTile, S, P>(rows, panels, ref t);
        else
            Run<Strided, S, P>(rows, panels, ref t);
    }
}
