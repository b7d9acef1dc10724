namespace RnnJit.Cpu.Gemm;

/// <summary>Arguments of a micro-kernel call: C[r, n] = (start or 0) + Σ_k A[r, k] · B[k, n], one chain per element, k ascending, for
/// one or more tiles of rows.</summary>
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

    /// <summary>Prefetch pointer into B (to L2); advanced by each call.</summary>
    public T* PrefetchB;
    public nint PrefetchRow;
    public nint PrefetchPanel;

    /// <summary>Offset of the second of the lines prefetched per unrolled k step.</summary>
    public nint PrefetchOffset;

    /// <summary>Offset of the third line; the fourth lies at the sum of both.</summary>
    public nint PrefetchOffset2;

    /// <summary>Advance of the prefetch pointer per unrolled k step.</summary>
    public nint PrefetchStep;

    /// <summary>Initial value of the accumulators, laid out like C, possibly C itself; null: 0.</summary>
    public T* Start;
    public nint StartRow;

    /// <summary>True where the initial value of the next tile is prefetched.</summary>
    public bool PrefetchesStart;

    /// <summary>True where C, which is only written, is prefetched before.</summary>
    public bool PrefetchesC;

    /// <summary>Row tiles per call and the strides between them; on return A, C, Start and PrefetchB point past the last and Tiles is
    /// 0.</summary>
    public int Tiles;
    public nint ATile;
    public nint CTile;
    public nint StartTile;

    /// <summary>Strides between segments of rows, for callers.</summary>
    public nint ASegment;
    public nint CSegment;
    public nint StartSegment;

    /// <summary>Panels that each tile is multiplied by, one after the other.</summary>
    public int PanelsPerCall;

    /// <summary>The current one.</summary>
    public int PanelIndex;
}
