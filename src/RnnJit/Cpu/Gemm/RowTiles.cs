namespace RnnJit.Cpu.Gemm;

/// <summary>How m rows fall into as few tiles of at most <c>max</c> rows as can be, of nearly equal height, the taller ones first.</summary>
internal readonly struct RowTiles
{
    private readonly int taller;
    private readonly int height;

    public RowTiles(int m, int max)
    {
        Count = (m + max - 1) / max;
        (height, taller) = Math.DivRem(m, Math.Max(Count, 1));
    }

    public int Count { get; }

    /// <summary>First row of a tile; that of tile <see cref="Count"/> is m.</summary>
    public int Start(int tile) => (tile * height) + Math.Min(tile, taller);

    /// <summary>The first tile behind this one that has another height.</summary>
    public int EndOfAlike(int tile) => tile < taller ? taller : Count;

    public int Rows(int tile) => tile < taller ? height + 1 : height;
}
