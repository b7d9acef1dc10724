namespace RnnJit.Cpu.Gemm;

/// <summary>
/// How m rows fall into tiles of at most <c>max</c> rows: tall tiles (12 rows on 32 registers) while they fit, the rest in tiles of four to six of nearly
/// equal height, because a tile of one or two rows has too few accumulators to keep the FMA units busy.
/// </summary>
internal readonly struct RowTiles
{
    private readonly int tall;
    private readonly int even;
    private readonly int longer;
    private readonly int height;

    public RowTiles(int m, int max)
    {
        tall = max > Even ? Math.Max(0, (m - 4) / max) : 0;
        if (max > Even && m == (tall + 1) * max)
            tall++;

        int rest = m - tall * Tall;
        even = (rest + Even - 1) / Even;
        height = even == 0 ? 0 : rest / even;
        longer = even == 0 ? 0 : rest % even;
    }

    private const int Tall = 12;

    private const int Even = 6;

    public int Count => tall + even;

    /// <summary>First row of a tile; that of tile <see cref="Count"/> is m.</summary>
    public int Start(int tile)
    {
        if (tile <= tall)
            return tile * Tall;

        int i = tile - tall;
        return tall * Tall + i * height + Math.Min(i, longer);
    }

    /// <summary>The first tile behind this one that has another height.</summary>
    public int EndOfAlike(int tile) => tile < tall ? tall : tile < tall + longer ? tall + longer : Count;

    public int Rows(int tile) => Start(tile + 1) - Start(tile);
}
