namespace RnnJit.Cpu.Gemm;

/// <summary>How m rows fall into as few tiles of at most <c>max</c> rows as can be, of nearly equal height, the taller ones first; where rows lie in stretches, those of each.</summary>
internal readonly struct RowTiles
{
    private readonly int stretch;
    private readonly int tiles;
    private readonly int taller;
    private readonly int height;

    /// <param name="stretch">Rows that follow each other; m is a multiple of them.</param>
    public RowTiles(int m, int max, int stretch)
    {
        this.stretch = stretch;
        tiles = (stretch + max - 1) / max;
        (height, taller) = Math.DivRem(stretch, Math.Max(tiles, 1));
        Count = stretch == m ? tiles : tiles * (m / stretch);
    }

    public int Count { get; }

    public bool IsStretched => Count != tiles;

    /// <summary>First row of a tile; that of tile <see cref="Count"/> is m.</summary>
    public int Start(int tile) => Count == tiles ? First(tile) : (tile / tiles * stretch) + First(tile % tiles);

    /// <summary>How far a tile lies behind another one, where rows and stretches are so far apart.</summary>
    public nint Offset(int from, int tile, nint row, nint apart) => Offset(tile, row, apart) - (from == 0 ? 0 : Offset(from, row, apart));

    /// <summary>The first tile behind this one that has another height, or begins a stretch.</summary>
    public int EndOfAlike(int tile)
    {
        int before = tile - InStretch(tile);
        return before + (tile - before < taller ? taller : tiles);
    }

    public int Rows(int tile) => InStretch(tile) < taller ? height + 1 : height;

    private nint Offset(int tile, nint row, nint apart) => Count == tiles ? First(tile) * row : (tile / tiles * apart) + (First(tile % tiles) * row);

    private int InStretch(int tile) => Count == tiles ? tile : tile % tiles;

    private int First(int tile) => (tile * height) + Math.Min(tile, taller);
}
