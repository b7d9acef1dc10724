using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// The loops around the micro-kernels, from the outside: KC of k · a block of rows of A, packed into tiles that stay in L2 · a panel of B ·
/// MicroKC of k · a tile of rows, which one call multiplies by up to four panels. Later k continue the chains through C. All of it is
/// compiled with full optimisation at its first call: a program should not wait a second for its products.
/// </summary>
internal static unsafe class MacroKernel<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    private static int NR => 2 * V.Count;

    // Copies of products of few rows.
    private const int BytesOnStack = 64 * 1024, Align = 64;

    // Elements of a cache line.
    private static int Line => 64 / sizeof(T);

    public static void Run(in GemmArguments<T> g, int panelStart, int panelEnd, bool packed)
    {
        if (packed && g.M == 1 && g.KIndices == null)
            OneRow<V, T, AsIs<V, T>>.Run(g, panelStart, panelEnd);
        else if (packed)
            Run(g, new PackedPanels<V, T>(g), panelStart, panelEnd);
        else
            Run(g, new RowPanels<V, T>(g), panelStart, panelEnd);
    }

    /// <summary>The product with a B whose panels come from somewhere.</summary>
    public static void Run<P>(in GemmArguments<T> g, P panels, int panelStart, int panelEnd)
        where P : struct, IPanels<T>
    {
        var blocks = new Blocks<V, T>(g, panelEnd - panelStart, panels.Copying);
        bool tail = panelEnd * NR > g.N;
        if (blocks.ScratchA == 0 && !tail && !blocks.CopiesB)
            Chunks(g, panels, blocks, panelStart, panelEnd, default);
        else
            WithScratch(g, panels, blocks, panelStart, panelEnd);
    }

    [SkipLocalsInit]
    private static void WithScratch<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int panelStart, int panelEnd)
        where P : struct, IPanels<T>
    {
        T* c = stackalloc T[Kernels<V, T>.MR * NR];
        int copied = panels.Copying == Copying.Never ? 0 : blocks.KC * NR * blocks.CopiedPanels;
        int bytes = (copied + blocks.ScratchA) * sizeof(T);
        byte* few = stackalloc byte[bytes <= BytesOnStack ? bytes + Align : 0];
        byte* near = bytes <= BytesOnStack ? (byte*)(((nint)few + Align - 1) & -Align) : ThreadScratch.Of(bytes);
        Chunks(g, panels, blocks, panelStart, panelEnd,
            new Scratch<T> { A = blocks.ScratchA > 0 ? (T*)near + copied : null, B = (T*)near, C = c });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chunks<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int panelStart, int panelEnd,
        in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        RowSegments segments = g.RowSegments == null ? default : *g.RowSegments;
        int k = 0;
        do
        {
            var t = new Tile<T>
            {
                K = Math.Min(blocks.KC, g.K - k),
                ARow = g.ARow,
                ACol = g.ACol,
                CRow = g.CRow,
                CPanel = NR,
                ASegment = segments.A,
                CSegment = segments.C
            };
            for (int first = 0; first < blocks.Rows.Count; first += blocks.Tiles)
            {
                int last = Math.Min(first + blocks.Tiles, blocks.Rows.Count);
                t.A = g.A + blocks.Rows.Offset(0, first, g.ARow, t.ASegment) + (g.KIndices == null ? k * g.ACol : 0);
                t.C = g.C + blocks.Rows.Offset(0, first, g.CRow, t.CSegment);
                t.Start = k > 0 ? t.C : g.Start == null ? null : g.Start + blocks.Rows.Offset(0, first, g.StartRow, segments.Start);
                (t.StartRow, t.StartSegment) = k > 0 ? (g.CRow, t.CSegment) : (g.StartRow, segments.Start);
                if (scratch.A != null)
                    PackRows.Run<V, T>(blocks.Rows, first, last, t, g.KIndices == null ? null : g.KIndices + k, scratch.A);
                Panels(g, panels, blocks, first, last, k, panelStart, panelEnd, t, scratch);
            }

            k += blocks.KC;
        }
        while (k < g.K);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels<P>(
        in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int first, int last, int k, int panelStart, int panelEnd, in Tile<T> block,
        in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        int full = Math.Min(panelEnd, g.N / NR), rows = g.RowsTogether,
            together = Math.Max(Kernels<V, T>.SideBySide(rows), Kernels<V, T>.PanelsPerCall(rows));
        int width = blocks.CopiesB ? blocks.CopiedPanels : together, groups = (full - panelStart + width - 1) / width;
        int height = blocks.Rows.Rows(first);
        Tile<T> t = block;
        t.PrefetchesStart = block.Start != null && block.StartRow != 0 && !blocks.IsNear;
        t.PrefetchesC = block.Start != block.C && !blocks.IsNear;
        if (panelEnd > full && g.Backwards)
            PartialPanel(g, panels, blocks, first, last, k, full, block, scratch);
        for (int i = 0; i < groups; i++)
        {
            int panel = panelStart + (Place(i, groups, g.Backwards) * width), group = Math.Min(width, full - panel);
            panels.Take(panel, group, k, NR, t.K, blocks.CopiesB ? scratch.B : null, ref t);

            // The first panels follow the last ones, for the next rows or the next k.
            bool isLast = i == groups - 1;
            int next = panelStart + (Place(isLast ? 0 : i + 1, groups, g.Backwards) * width);
            panels.SetPrefetch(next, isLast && last == blocks.Rows.Count ? k + t.K : k, ref t);
            if (t.PrefetchesStart && i == 0)
                PrefetchStart(block.Start + ((nint)panel * NR), block.StartRow, height, Math.Min(together, group));
            for (int p = 0, count; p < group; p += count)
            {
                count = Math.Min(together, group - p);
                if (Kernels<V, T>.SideBySide(rows) > 1 && count < together)
                    count = 1 << BitOperations.Log2((uint)count);
                t.C = block.C + ((nint)(panel + p) * NR);
                t.Start = block.Start == null ? null : block.Start + ((nint)(panel + p) * NR);
                bool endsGroup = p + count == group;
                if (t.PrefetchesStart && !(endsGroup && isLast))
                    PrefetchStart(block.Start + ((nint)(endsGroup ? next : panel + p + count) * NR), block.StartRow, height,
                        Math.Min(together, full - (endsGroup ? next : panel + p + count)));
                Panel(blocks, first, last, rows, count, t, scratch.A);
                t.B += count * t.BPanel;
                t.PrefetchB += count * t.PrefetchPanel;
            }
        }

        if (panelEnd > full && !g.Backwards)
            PartialPanel(g, panels, blocks, first, last, k, full, block, scratch);
    }

    // The last panel of a matrix whose columns do not fill it.
    private static void PartialPanel<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int first, int last, int k, int panel,
        in Tile<T> block, in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        Tile<T> t = block;
        int columns = g.N - (panel * NR);
        panels.Take(panel, 1, k, columns, t.K, scratch.B, ref t);
        panels.SetPrefetch(panel, k, ref t);
        t.C = block.C + ((nint)panel * NR);
        t.Start = block.Start == null ? null : block.Start + ((nint)panel * NR);
        LastPanel(blocks, first, last, columns, t, scratch);
    }

    private static int Place(int i, int count, bool backwards) => backwards ? count - 1 - i : i;

    /// <param name="m">Contiguous rows: few rows take panels side by side, many one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(in Blocks<V, T> blocks, int first, int last, int m, int panels, in Tile<T> panel, T* aScratch)
    {
        Tile<T> t = panel;
        int sideBySide = Kernels<V, T>.SideBySide(m) > 1 ? panels : 1;
        t.PanelsPerCall = panels / sideBySide;
        for (int k = 0; k < panel.K || k == 0; k += blocks.MicroKC)
        {
            t.K = Math.Min(blocks.MicroKC, panel.K - k);
            t.B = panel.B + (k * panel.BRow);
            t.A = panel.A + (k * panel.ACol);
            t.C = panel.C;
            t.Start = k > 0 ? panel.C : panel.Start;
            (t.StartRow, t.StartSegment) = k > 0 ? (panel.CRow, panel.CSegment) : (panel.StartRow, panel.StartSegment);
            t.PrefetchB =
                blocks.CopiesB ? panel.PrefetchB + (k * t.PrefetchRow) : k + t.K < panel.K ? t.B + (t.K * t.BRow) : panel.PrefetchB;
            Tiles(blocks, first, last, sideBySide, t, aScratch, k, panel.K);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles(in Blocks<V, T> blocks, int first, int last, int sideBySide, Tile<T> t, T* aScratch, int k, int kc)
    {
        RowTiles rows = blocks.Rows;
        Prefetch lines = PlanPrefetch(blocks, last - first, ref t, out int prefetching);
        prefetching += first;
        bool takesTiles = Kernels<V, T>.TakesTiles(rows.Rows(last - 1), sideBySide);
        T* a = t.A, c = t.C, start = t.Start;
        for (int tile = first, tiles; tile < last; tile += tiles)
        {
            int height = rows.Rows(tile);
            Prefetch prefetch = tile < prefetching ? lines : Prefetch.None;
            tiles = takesTiles ? Math.Min(rows.EndOfAlike(tile), tile < prefetching ? Math.Min(prefetching, last) : last) - tile : 1;
            t.Tiles = tiles;
            (t.ATile, t.CTile, t.StartTile) = (height * t.ARow, height * t.CRow, height * t.StartRow);
            if (aScratch != null)
            {
                t.A = aScratch + (k * height);
                t.ARow = 1;
                t.ACol = height;
                t.ATile = PackRows.TileLength<V, T>(height, kc);
                aScratch += tiles * t.ATile;
            }

            Kernels<V, T>.Run(height, sideBySide, prefetch, ref t);
            if (!rows.IsSegmented)
                continue;
            t.A = a + rows.Offset(first, tile + tiles, t.ARow, t.ASegment);
            t.C = c + rows.Offset(first, tile + tiles, t.CRow, t.CSegment);
            t.Start = start == null ? null : start + rows.Offset(first, tile + tiles, t.StartRow, t.StartSegment);
        }
    }

    /// <summary>
    /// Divides the cache lines of the next B panels among the first four, two or one row tiles, so that few prefetches
    /// are in flight at a time. A B beyond one stream's reach is prefetched as several streams at once, since a core
    /// keeps too few lines of one stream in flight.
    /// </summary>
    private static Prefetch PlanPrefetch(in Blocks<V, T> blocks, int tiles, ref Tile<T> t, out int prefetching)
    {
        bool isStream = Math.Abs(t.PrefetchRow) <= NR, isTwoLines = !isStream && Kernels<V, T>.IsTwoLines;

        // Lines of a row that four tiles prefetch at one line a step. Numbers of 16 bits, and vectors of 128, take half as many.
        int wanted = !isStream ? 4 : Math.Max(1, (int)(4 * Math.Abs(t.PrefetchRow) / (Kernels<V, T>.IsTwoLines ? 2 * Line : Line)));
        prefetching = !blocks.PrefetchesB ? 0 : Math.Min(wanted, tiles >= 4 && !isTwoLines ? 4 : tiles >= 2 ? 2 : 1);
        int lines = prefetching == 0 ? 0 : wanted / prefetching;
        if (isStream && blocks.IsFar && lines > 1)
            (t.PrefetchOffset, t.PrefetchOffset2, t.PrefetchStep) = (t.K * t.PrefetchRow / lines, t.K * t.PrefetchRow / 2, Line);
        else if (isStream)
            (t.PrefetchOffset, t.PrefetchOffset2, t.PrefetchStep) = (Line, 2 * Line, lines * Line);
        else if (isTwoLines)
            (t.PrefetchOffset, t.PrefetchOffset2, t.PrefetchStep) = (Line, t.PrefetchRow, lines / 2 * t.PrefetchRow);
        else
            (t.PrefetchOffset, t.PrefetchOffset2, t.PrefetchStep) = (t.PrefetchRow, 2 * t.PrefetchRow, lines * t.PrefetchRow);
        return (Prefetch)lines;
    }

    // A chain waits for its initial value, which may be far away. Each tile prefetches the C of the next tile;
    // the first tile's C is prefetched here.
    private static void PrefetchStart(T* c, nint cRow, int height, int panels)
    {
        if (!Sse.IsSupported)
            return;

        for (; height > 0; height--, c += cRow)
        {
            for (int column = 0; column < panels * NR; column += Line)
                Sse.Prefetch0(c + column);
        }
    }

    /// <summary>A panel of fewer than NR columns, computed into a full tile and copied.</summary>
    private static void LastPanel(in Blocks<V, T> blocks, int first, int last, int columns, in Tile<T> panel, in Scratch<T> scratch)
    {
        T* a = scratch.A;
        Tile<T> t = panel;
        t.C = scratch.C;
        t.CRow = NR;
        t.Start = panel.Start == null ? null : scratch.C;
        t.StartRow = NR;
        RowTiles rows = blocks.Rows;
        for (int tile = first; tile < last; tile++)
        {
            int height = rows.Rows(tile);
            if (panel.Start != null)
                Columns.Copy<V, T>(panel.Start + rows.Offset(first, tile, panel.StartRow, panel.StartSegment), panel.StartRow, scratch.C,
                    NR, height, columns, NR);
            t.A = panel.A + rows.Offset(first, tile, panel.ARow, panel.ASegment);

            Panel(blocks, tile, tile + 1, height, 1, t, a);
            if (a != null)
                a += PackRows.TileLength<V, T>(height, t.K);
            Columns.Copy<V, T>(
                scratch.C, NR, panel.C + rows.Offset(first, tile, panel.CRow, panel.CSegment), panel.CRow, height, columns, columns);
        }
    }
}

/// <summary>Memory of one call.</summary>
internal unsafe struct Scratch<T>
    where T : unmanaged
{
    public T* A;
    public T* B;
    public T* C;
}
