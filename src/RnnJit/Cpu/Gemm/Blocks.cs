using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Cache blocking of a product: a block of rows of A, and a panel of B, stay in L2.</summary>
internal readonly unsafe struct Blocks<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    // Bounds on the bytes of B. Up to the first, with few tiles, the hardware prefetcher suffices and software prefetch costs more than it
    // saves. From the second on, B is so far away that one stream keeps too few cache lines in flight. 16-bit elements count with the size
    // in which they are multiplied.
    private const int BytesOfHardwarePrefetch = 2 * 1024 * 1024, BytesFar = 6 * 1024 * 1024;

    // Bytes of a copied part of a panel, which stays in L1.
    private const int BytesOfCopiedColumn = 1024;

    // Least reuse that pays for a copy: a copy of A is read once per panel of B, a copy of B once per row tile.
    private const int LeastPanels = 16, LeastPanelsOfRows = 32, LeastTiles = 4;

    // With fewer row tiles than this, B is prefetched only beyond the hardware prefetcher's reach.
    private const int FewTiles = 4;

    private const int Page = 4096, Ways = 8;

    // Rows of A that share one read of B.
    private const int SharingRows = 128;

    public Blocks(in GemmArguments<T> g, int panels, Copying copying)
    {
        // L2 of one core, clamped to the range of current processors to bound the scratch memory.
        CacheSizes caches = CacheSizes.OfThisMachine;
        int bytesOfL2 = (int)Math.Clamp(caches.L2, 256 << 10, 2 << 20);

        // Shares of L2: one for the block of A, one for the panel of B or its copy. Both stream from L2 at the rate at which they are
        // multiplied.
        int bytesOfA = bytesOfL2 / 8 * 5, bytesOfPanel = bytesOfL2 / 8;
        int max = Kernels<V, T>.MR;
        bool few = g.RowsTogether < 4 && g.KIndices == null, strided = g.ACol is not (1 or -1);
        Rows = new RowTiles(g.M, max, g.RowsTogether);
        CopiesB = copying == Copying.Always || (copying == Copying.WorthWhile && Rows.Count >= LeastTiles);

        // Few rows are not worth a copy of A; one tile reuses nothing of B, so k needs no blocks.
        int most = few ? Math.Max(g.K,
            1) : CopiesB ? BytesOfCopiedColumn / sizeof(T) : bytesOfA / (Math.Min(Rows.Count * Rows.Rows(0), SharingRows) * sizeof(T));
        if (copying != Copying.Never)
            most = Math.Min(most, bytesOfPanel / PanelRow);
        int chunks = Math.Max(1, (g.K + most - 1) / most);
        KC = chunks == 1 ? Math.Max(g.K, 1) : (((g.K + chunks - 1) / chunks) + 7) & ~7;
        CopiedPanels = Math.Clamp(bytesOfPanel / (KC * PanelRow), 1, 4);
        MicroKC = Rows.Count == 1 ? KC : bytesOfPanel / PanelRow;

        int height = Rows.Rows(0), tiles = few ? Rows.Count : Math.Max(1, bytesOfA / (KC * sizeof(T) * height));
        int blocks = Math.Max(1, (Rows.Count + tiles - 1) / tiles);
        Tiles = Math.Max(1, (Rows.Count + blocks - 1) / blocks);
        long bytes = (long)panels * PanelRow * g.K;
        PrefetchesB = bytes > (Rows.Count < FewTiles ? BytesOfHardwarePrefetch : bytesOfL2);
        IsFar = bytes > BytesFar;

        // Rows as they lie are as many streams, on as many pages; a packed tile is one. In L1 that makes no difference.
        bool outgrowsL1 = (long)Math.Min(g.M, Tiles * height) * KC * sizeof(T) > caches.L1;
        bool scattered = (outgrowsL1 && panels >= LeastPanelsOfRows) || (Collides(g.ARow, max) && panels >= LeastPanels);
        bool packs = !few && (g.KIndices != null || (strided ? panels > 1 : scattered));
        IsNear = (long)g.M * panels * PanelRow <= caches.L1;
        ScratchA = packs ? Tiles * (int)PackRows.TileLength<V, T>(height, KC) : 0;
    }

    // Rows of a tile that lie in the same set of L1: a page apart, and more of them than it has ways.
    private static bool Collides(nint row, int rows) => rows > Ways && row * sizeof(T) % Page == 0;

    private static int PanelRow => 2 * V.Count * sizeof(T);

    public RowTiles Rows { get; }

    /// <summary>k of one pass over C.</summary>
    public int KC { get; }

    /// <summary>k of one micro-kernel call, at most <see cref="KC"/>.</summary>
    public int MicroKC { get; }

    /// <summary>Tiles of a block of rows of A, which is MC rows.</summary>
    public int Tiles { get; }

    /// <summary>True where B is prefetched: it exceeds L2 or, with few tiles, the hardware prefetcher's reach.</summary>
    public bool PrefetchesB { get; }

    /// <summary>True where few tiles prefetch B as several streams at once.</summary>
    public bool IsFar { get; }

    /// <summary>True where C stays in L1 and needs no prefetch.</summary>
    public bool IsNear { get; }

    /// <summary>Elements of a packed block of rows; 0: A is read in place.</summary>
    public int ScratchA { get; }

    /// <summary>True where panels are copied before they are read.</summary>
    public bool CopiesB { get; }

    /// <summary>Panels that are copied at once: NC columns.</summary>
    public int CopiedPanels { get; }
}
