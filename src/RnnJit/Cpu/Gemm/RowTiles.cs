namespace RnnJit.Cpu.Gemm;

/// <summary>Division of m rows into the fewest tiles of at most <c>max</c> rows, of nearly equal height, the taller ones first; each
/// segment of rows is divided alone.</summary>
internal readonly struct RowTiles
{
    private readonly int segment;
    private readonly int tiles;
    private readonly int taller;
    private readonly int height;

    /// <param name="segment">Rows of a segment, of which m is a multiple.</param>
    public RowTiles(int m, int max, int segment)
    {
        this.segment = segment;
        tiles = (segment + max - 1) / max;
        (height, taller) = Math.DivRem(segment, Math.Max(tiles, 1));
        Count = segment == m ? tiles : tiles * (m / segment);
    }

    public int Count { get; }

    public bool IsSegmented => Count != tiles;

    /// <summary>First row of a tile; that of tile <see cref="Count"/> is m.</summary>
    public int Start(int tile) => Count == tiles ? First(tile) : (tile / tiles * segment) + First(tile % tiles);

    /// <summary>Element offset between two tiles, given row and segment strides.</summary>
    public nint Offset(int from, int tile, nint row, nint segmentStride) =>
        Offset(tile, row, segmentStride) - (from == 0 ? 0 : Offset(from, row, segmentStride));

    /// <summary>The next tile that has another height or begins a segment.</summary>
    public int EndOfAlike(int tile)
    {
        int before = tile - InSegment(tile);
        return before + (tile - before < taller ? taller : tiles);
    }

    public int Rows(int tile) => InSegment(tile) < taller ? height + 1 : height;

    private nint Offset(int tile, nint row, nint segmentStride) =>
        Count == tiles ? First(tile) * row : (tile / tiles * segmentStride) + (First(tile % tiles) * row);

    private int InSegment(int tile) => Count == tiles ? tile : tile % tiles;

    private int First(int tile) => (tile * height) + Math.Min(tile, taller);
}
