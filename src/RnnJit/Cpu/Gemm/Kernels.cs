using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>What one call of a micro-kernel computes: C[r, n] = (start or 0) + Σ_k A[r, k] · B[k, n], one chain per element, k ascending, for some tiles of rows below each other.</summary>
internal unsafe struct Tile<T>
    where T : unmanaged
{
    public T* A;
    public nint ARow;
    public nint ACol;
    public T* B;
    public nint BRow;
    public nint BPanel;
    public T* C;
    public nint CRow;
    public nint CPanel;
    public int K;

    /// <summary>What of B is wanted next, brought into L2 on the way: from Ahead on, so many elements on at each k.</summary>
    public T* Ahead;
    public nint AheadStep;

    /// <summary>What the chains start from, row by row like C, and maybe C itself; null: from 0.</summary>
    public T* Start;
    public nint StartRow;

    /// <summary>How many tiles of one height, and from one to the next of them.</summary>
    public int Tiles;
    public nint ATile;
    public nint CTile;
    public nint StartTile;
}

/// <summary>
/// The fixed family of register-blocked micro-kernels. A panel is two vectors wide; every accumulator is a named local, because the JIT keeps no array in
/// registers. Twelve accumulators hide the latency of FMA on 16 registers; few rows take several panels at once for the same reason.
/// </summary>
internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    public static int PanelWidth => 2 * V.Count;

    /// <summary>Rows of the tallest kernel that the register file holds: 32 registers with 512 bits, else 16.</summary>
    public static int MaxRows => V.Count * sizeof(T) == 64 ? 12 : 6;

    /// <summary>How many panels one call takes, for a number of rows.</summary>
    public static int PanelsFor(int rows) => rows switch { 1 => 4, 2 or 3 => 2, _ => 1 };

    /// <summary>Whether a call does several tiles: those of four rows and more, which are many.</summary>
    public static bool TakesTiles(int rows) => rows >= 4;

    public static void Run(int rows, int panels, in Tile<T> t)
    {
        switch (panels, rows)
        {
            case (1, 12): Rows12Panels1(t); return;
            case (1, 6) when IsLying(t): Rows6Panels1<Lying>(t); return;
            case (1, 6) when IsPackedTile(t, 6): Rows6Panels1<PackedTile>(t); return;
            case (1, 6): Rows6Panels1<Strided>(t); return;
            case (1, 5) when IsLying(t): Rows5Panels1<Lying>(t); return;
            case (1, 5) when IsPackedTile(t, 5): Rows5Panels1<PackedTile>(t); return;
            case (1, 5): Rows5Panels1<Strided>(t); return;
            case (1, 4) when IsLying(t): Rows4Panels1<Lying>(t); return;
            case (1, 4) when IsPackedTile(t, 4): Rows4Panels1<PackedTile>(t); return;
            case (1, 4): Rows4Panels1<Strided>(t); return;
            case (1, 3): Rows3Panels1(t); return;
            case (1, 2): Rows2Panels1(t); return;
            case (1, 1): Rows1Panels1(t); return;
            case (2, 3): Rows3Panels2(t); return;
            case (2, 2): Rows2Panels2(t); return;
            case (2, 1): Rows1Panels2(t); return;
            case (4, 1): Rows1Panels4(t); return;
            default: throw new ArgumentOutOfRangeException(nameof(rows), $"There is no kernel of {rows} rows × {panels} panels.");
        }
    }

    private static bool IsLying(in Tile<T> t) => t.ACol == 1 && t.BRow == PanelWidth;

    private static bool IsPackedTile(in Tile<T> t, int rows) => t.ARow == 1 && t.ACol == rows && t.BRow == PanelWidth;
}
