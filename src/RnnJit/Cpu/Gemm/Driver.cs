using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// The loops around the micro-kernels, from the outside: a chunk of k · a block of rows of A, brought into tiles that stay in L2 · a panel of B ·
/// a block of k, so that the panel's part stays in L1 · a tile of rows. Later k continue the chains through C. All of it is compiled with full optimisation
/// at its first call: a program should not wait a second for its products.
/// </summary>
internal static unsafe class Driver<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    private static int PanelWidth => 2 * V.Count;

    public static void Run(in GemmArguments<T> g, int panelStart, int panelEnd, bool packed)
    {
        if (packed && g.M == 1 && g.KRows == null)
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
        bool tail = panelEnd * PanelWidth > g.N;
        if (blocks.ScratchA == 0 && !tail && !blocks.CopiesB)
            Chunks(g, panels, blocks, panelStart, panelEnd, default);
        else
            WithScratch(g, panels, blocks, panelStart, panelEnd);
    }

    [SkipLocalsInit]
    private static void WithScratch<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int panelStart, int panelEnd)
        where P : struct, IPanels<T>
    {
        T* c = stackalloc T[Kernels<V, T>.MaxRows * PanelWidth];
        T* b = stackalloc T[panels.Copying == Copying.Never ? 0 : blocks.ChunkK * PanelWidth * blocks.CopiedPanels];
        T* a = stackalloc T[blocks.ScratchA];
        Chunks(g, panels, blocks, panelStart, panelEnd, new Scratch<T> { A = blocks.ScratchA > 0 ? a : null, B = b, C = c });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chunks<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int panelStart, int panelEnd, in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        int k = 0;
        do
        {
            var t = new Tile<T> { K = Math.Min(blocks.ChunkK, g.K - k), ARow = g.ARow, ACol = g.ACol, CRow = g.CRow, CPanel = PanelWidth };
            for (int first = 0; first < blocks.Rows.Count; first += blocks.Tiles)
            {
                int last = Math.Min(first + blocks.Tiles, blocks.Rows.Count);
                t.A = g.A + (blocks.Rows.Start(first) * g.ARow) + (g.KRows == null ? k * g.ACol : 0);
                t.C = g.C + (blocks.Rows.Start(first) * g.CRow);
                t.Start = k > 0 ? t.C : g.Start == null ? null : g.Start + (blocks.Rows.Start(first) * g.StartRow);
                t.StartRow = k > 0 ? g.CRow : g.StartRow;
                if (scratch.A != null)
                    PackRows.Run<V, T>(blocks.Rows, first, last, t, g.KRows == null ? null : g.KRows + k, scratch.A);
                Panels(g, panels, blocks, first, last, k, panelStart, panelEnd, t, scratch);
            }

            k += blocks.ChunkK;
        }
        while (k < g.K);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels<P>(
        in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int first, int last, int k, int panelStart, int panelEnd, in Tile<T> block, in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        int full = Math.Min(panelEnd, g.N / PanelWidth);
        int width = blocks.CopiesB ? blocks.CopiedPanels : Kernels<V, T>.PanelsFor(g.M), groups = (full - panelStart + width - 1) / width;
        int height = blocks.Rows.Start(last) - blocks.Rows.Start(first);
        bool startsFar = block.Start != null && block.StartRow != 0 && k == 0;
        Tile<T> t = block;
        if (panelEnd > full && g.Backwards)
            PartialPanel(g, panels, blocks, first, last, k, full, block, scratch);
        for (int i = 0; i < groups; i++)
        {
            int panel = panelStart + (Place(i, groups, g.Backwards) * width), group = Math.Min(width, full - panel);
            panels.Take(panel, group, k, PanelWidth, t.K, blocks.CopiesB ? scratch.B : null, ref t);

            // Behind the last panels come the first ones, for the next rows or the next k.
            bool isLast = i == groups - 1;
            int next = panelStart + (Place(isLast ? 0 : i + 1, groups, g.Backwards) * width);
            panels.LookAhead(next, isLast && last == blocks.Rows.Count ? k + t.K : k, ref t);
            if (startsFar && i == 0)
                PrefetchStart(block.Start + ((nint)panel * PanelWidth), block.StartRow, height, 1);
            int together = Kernels<V, T>.PanelsFor(g.M);
            for (int p = 0; p < group; p += together)
            {
                while (p + together > group)
                    together /= 2;
                t.C = block.C + ((nint)(panel + p) * PanelWidth);
                t.Start = block.Start == null ? null : block.Start + ((nint)(panel + p) * PanelWidth);
                if (startsFar)
                    PrefetchStart(block.Start + ((nint)(p + together < group ? panel + p + together : isLast ? full : next) * PanelWidth), block.StartRow, height, together);
                Panel(blocks, first, last, together, t, scratch.A);
                t.B += together * t.BPanel;
                t.Ahead += together * t.AheadPanel;
            }
        }

        if (panelEnd > full && !g.Backwards)
            PartialPanel(g, panels, blocks, first, last, k, full, block, scratch);
    }

    // The last panel of a matrix whose columns do not fill it.
    private static void PartialPanel<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int first, int last, int k, int panel, in Tile<T> block, in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        Tile<T> t = block;
        int columns = g.N - (panel * PanelWidth);
        panels.Take(panel, 1, k, columns, t.K, scratch.B, ref t);
        panels.LookAhead(panel, k, ref t);
        t.C = block.C + ((nint)panel * PanelWidth);
        t.Start = block.Start == null ? null : block.Start + ((nint)panel * PanelWidth);
        LastPanel(blocks, first, last, columns, t, scratch);
    }

    private static int Place(int i, int count, bool backwards) => backwards ? count - 1 - i : i;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(in Blocks<V, T> blocks, int first, int last, int panels, in Tile<T> panel, T* aScratch)
    {
        Tile<T> t = panel;
        for (int k = 0; k < panel.K || k == 0; k += blocks.BlockK)
        {
            t.K = Math.Min(blocks.BlockK, panel.K - k);
            t.B = panel.B + (k * panel.BRow);
            t.A = panel.A + (k * panel.ACol);
            t.C = panel.C;
            t.Start = k > 0 ? panel.C : panel.Start;
            t.StartRow = k > 0 ? panel.CRow : panel.StartRow;
            t.Ahead = blocks.CopiesB ? panel.Ahead + (k * t.AheadRow) : k + t.K < panel.K ? t.B + (t.K * t.BRow) : panel.Ahead;
            Tiles(blocks, first, last, panels, t, aScratch, k, panel.K);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles(in Blocks<V, T> blocks, int first, int last, int panels, Tile<T> t, T* aScratch, int k, int chunkK)
    {
        RowTiles rows = blocks.Rows;
        T* aheadStart = t.Ahead;
        bool isDense = last - first < Blocks<V, T>.DenseTiles;
        for (int tile = first; tile < last; tile += t.Tiles)
        {
            int height = rows.Rows(tile);
            t.Tiles = Kernels<V, T>.TakesTiles(height) ? Math.Min(rows.EndOfAlike(tile), last) - tile : 1;
            bool looksAhead = blocks.LooksAhead && (isDense ? tile == first : Math.Abs(t.Ahead - aheadStart) < t.K * Math.Abs(t.AheadRow));
            Prefetch ahead = !looksAhead ? Prefetch.None : isDense ? Prefetch.PerK : Prefetch.PerStep;
            if (looksAhead)
                t.Tiles = Math.Min(t.Tiles, isDense ? 1 : Blocks<V, T>.DenseTiles);
            int steps = Kernels<V, T>.StepsFor(height);
            (t.AheadApart, t.AheadStep) = !isDense ? (0, t.AheadRow) : blocks.IsFar ? (t.K / steps * t.AheadRow, t.AheadRow) : (t.AheadRow, steps * t.AheadRow);
            (t.ATile, t.CTile, t.StartTile) = (height * t.ARow, height * t.CRow, height * t.StartRow);
            if (aScratch != null)
            {
                t.A = aScratch + (k * height);
                t.ARow = 1;
                t.ACol = height;
                t.ATile = PackRows.TileLength<V, T>(height, chunkK);
                aScratch += t.Tiles * t.ATile;
            }

            Kernels<V, T>.Run(height, panels, ahead, ref t);
            t.A += t.Tiles * t.ATile;
            t.C += t.Tiles * t.CTile;
            if (t.Start != null)
                t.Start += t.Tiles * t.StartTile;
        }
    }

    // A chain waits for what it begins with, which may come from far away, rows apart: it is asked for a panel ahead.
    private static void PrefetchStart(T* c, nint cRow, int height, int panels)
    {
        if (!Sse.IsSupported)
            return;

        nint end = (panels * PanelWidth) - 1;
        for (; height > 0; height--, c += cRow)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + end);
        }
    }

    /// <summary>A panel with fewer columns: through a tile of C that has them all.</summary>
    private static void LastPanel(in Blocks<V, T> blocks, int first, int last, int columns, in Tile<T> panel, in Scratch<T> scratch)
    {
        T* c = panel.C, start = panel.Start;
        T* a = scratch.A;
        Tile<T> t = panel;
        t.C = scratch.C;
        t.CRow = PanelWidth;
        t.Start = start == null ? null : scratch.C;
        t.StartRow = PanelWidth;
        for (int tile = first; tile < last; tile++)
        {
            int height = blocks.Rows.Rows(tile);
            if (start != null)
            {
                Columns.Copy<V, T>(start, panel.StartRow, scratch.C, PanelWidth, height, columns, PanelWidth);
                start += height * panel.StartRow;
            }

            Panel(blocks, tile, tile + 1, 1, t, a);
            if (a != null)
                a += PackRows.TileLength<V, T>(height, t.K);
            Columns.Copy<V, T>(scratch.C, PanelWidth, c, panel.CRow, height, columns, columns);
            c += height * panel.CRow;
            t.A += height * t.ARow;
        }
    }
}

/// <summary>Memory of one call, on its stack.</summary>
internal unsafe struct Scratch<T>
    where T : unmanaged
{
    public T* A;
    public T* B;
    public T* C;
}
