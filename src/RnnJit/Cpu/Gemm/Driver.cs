using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// The loops around the micro-kernels, from the outside: a chunk of k · a block of rows of A, brought into tiles that stay in L2 · a panel of B ·
/// a block of k · a tile of rows, which meets up to four panels in turn. Later k continue the chains through C. All of it is compiled with full optimisation
/// at its first call: a program should not wait a second for its products.
/// </summary>
internal static unsafe class Driver<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    private static int PanelWidth => 2 * V.Count;

    // What products of few rows copy.
    private const int BytesOnStack = 64 * 1024, Align = 64;

    // Elements of a line of the caches.
    private static int Line => 64 / sizeof(T);

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
        int copied = panels.Copying == Copying.Never ? 0 : blocks.ChunkK * PanelWidth * blocks.CopiedPanels;
        int bytes = (copied + blocks.ScratchA) * sizeof(T);
        byte* few = stackalloc byte[bytes <= BytesOnStack ? bytes + Align : 0];
        byte* near = bytes <= BytesOnStack ? (byte*)(((nint)few + Align - 1) & -Align) : ThreadScratch.Of(bytes);
        Chunks(g, panels, blocks, panelStart, panelEnd, new Scratch<T> { A = blocks.ScratchA > 0 ? (T*)near + copied : null, B = (T*)near, C = c });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chunks<P>(in GemmArguments<T> g, P panels, in Blocks<V, T> blocks, int panelStart, int panelEnd, in Scratch<T> scratch)
        where P : struct, IPanels<T>
    {
        Stretches apart = g.Stretches == null ? default : *g.Stretches;
        int k = 0;
        do
        {
            var t = new Tile<T> { K = Math.Min(blocks.ChunkK, g.K - k), ARow = g.ARow, ACol = g.ACol, CRow = g.CRow, CPanel = PanelWidth, AStretch = apart.A, CStretch = apart.C };
            for (int first = 0; first < blocks.Rows.Count; first += blocks.Tiles)
            {
                int last = Math.Min(first + blocks.Tiles, blocks.Rows.Count);
                t.A = g.A + blocks.Rows.Offset(0, first, g.ARow, t.AStretch) + (g.KRows == null ? k * g.ACol : 0);
                t.C = g.C + blocks.Rows.Offset(0, first, g.CRow, t.CStretch);
                t.Start = k > 0 ? t.C : g.Start == null ? null : g.Start + blocks.Rows.Offset(0, first, g.StartRow, apart.Start);
                (t.StartRow, t.StartStretch) = k > 0 ? (g.CRow, t.CStretch) : (g.StartRow, apart.Start);
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
        int full = Math.Min(panelEnd, g.N / PanelWidth), rows = g.RowsTogether, together = Math.Max(Kernels<V, T>.SideBySide(rows), Kernels<V, T>.InTurn(rows));
        int width = blocks.CopiesB ? blocks.CopiedPanels : together, groups = (full - panelStart + width - 1) / width;
        int height = blocks.Rows.Rows(first);
        Tile<T> t = block;
        t.AsksForStart = block.Start != null && block.StartRow != 0 && !blocks.IsNear;
        t.AsksForC = block.Start != block.C && !blocks.IsNear;
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
            if (t.AsksForStart && i == 0)
                PrefetchStart(block.Start + ((nint)panel * PanelWidth), block.StartRow, height, Math.Min(together, group));
            for (int p = 0, count; p < group; p += count)
            {
                count = Math.Min(together, group - p);
                if (Kernels<V, T>.SideBySide(rows) > 1 && count < together)
                    count = 1 << BitOperations.Log2((uint)count);
                t.C = block.C + ((nint)(panel + p) * PanelWidth);
                t.Start = block.Start == null ? null : block.Start + ((nint)(panel + p) * PanelWidth);
                bool endsGroup = p + count == group;
                if (t.AsksForStart && !(endsGroup && isLast))
                    PrefetchStart(block.Start + ((nint)(endsGroup ? next : panel + p + count) * PanelWidth), block.StartRow, height, Math.Min(together, full - (endsGroup ? next : panel + p + count)));
                Panel(blocks, first, last, rows, count, t, scratch.A);
                t.B += count * t.BPanel;
                t.Ahead += count * t.AheadPanel;
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

    /// <param name="m">Rows that follow each other: few rows take panels side by side, many in turn.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(in Blocks<V, T> blocks, int first, int last, int m, int panels, in Tile<T> panel, T* aScratch)
    {
        Tile<T> t = panel;
        int sideBySide = Kernels<V, T>.SideBySide(m) > 1 ? panels : 1;
        t.Turns = panels / sideBySide;
        for (int k = 0; k < panel.K || k == 0; k += blocks.BlockK)
        {
            t.K = Math.Min(blocks.BlockK, panel.K - k);
            t.B = panel.B + (k * panel.BRow);
            t.A = panel.A + (k * panel.ACol);
            t.C = panel.C;
            t.Start = k > 0 ? panel.C : panel.Start;
            (t.StartRow, t.StartStretch) = k > 0 ? (panel.CRow, panel.CStretch) : (panel.StartRow, panel.StartStretch);
            t.Ahead = blocks.CopiesB ? panel.Ahead + (k * t.AheadRow) : k + t.K < panel.K ? t.B + (t.K * t.BRow) : panel.Ahead;
            Tiles(blocks, first, last, sideBySide, t, aScratch, k, panel.K);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles(in Blocks<V, T> blocks, int first, int last, int sideBySide, Tile<T> t, T* aScratch, int k, int chunkK)
    {
        RowTiles rows = blocks.Rows;
        Prefetch lines = LooksAhead(blocks, last - first, ref t, out int asking);
        asking += first;
        bool takesTiles = Kernels<V, T>.TakesTiles(rows.Rows(last - 1), sideBySide);
        T* a = t.A, c = t.C, start = t.Start;
        for (int tile = first, tiles; tile < last; tile += tiles)
        {
            int height = rows.Rows(tile);
            Prefetch ahead = tile < asking ? lines : Prefetch.None;
            tiles = takesTiles ? Math.Min(rows.EndOfAlike(tile), tile < asking ? Math.Min(asking, last) : last) - tile : 1;
            t.Tiles = tiles;
            (t.ATile, t.CTile, t.StartTile) = (height * t.ARow, height * t.CRow, height * t.StartRow);
            if (aScratch != null)
            {
                t.A = aScratch + (k * height);
                t.ARow = 1;
                t.ACol = height;
                t.ATile = PackRows.TileLength<V, T>(height, chunkK);
                aScratch += tiles * t.ATile;
            }

            Kernels<V, T>.Run(height, sideBySide, ahead, ref t);
            if (!rows.IsStretched)
                continue;
            t.A = a + rows.Offset(first, tile + tiles, t.ARow, t.AStretch);
            t.C = c + rows.Offset(first, tile + tiles, t.CRow, t.CStretch);
            t.Start = start == null ? null : start + rows.Offset(first, tile + tiles, t.StartRow, t.StartStretch);
        }
    }

    /// <summary>
    /// How the lines of what is taken next are shared out: among the first four tiles, or two, or one, so that few are wanted at a time. Weights from far
    /// away are asked for in as many places at once, for a core has too few lines of one stream on their way.
    /// </summary>
    private static Prefetch LooksAhead(in Blocks<V, T> blocks, int tiles, ref Tile<T> t, out int asking)
    {
        bool isStream = Math.Abs(t.AheadRow) <= PanelWidth, isTwoLines = !isStream && Kernels<V, T>.IsTwoLines;

        // Of a row: what four tiles that ask for a line at a step get through. Numbers of 16 bits, and vectors of 128, are half as many lines.
        int wanted = !isStream ? 4 : Math.Max(1, (int)(4 * Math.Abs(t.AheadRow) / (Kernels<V, T>.IsTwoLines ? 2 * Line : Line)));
        asking = !blocks.LooksAhead ? 0 : Math.Min(wanted, tiles >= 4 && !isTwoLines ? 4 : tiles >= 2 ? 2 : 1);
        int lines = asking == 0 ? 0 : wanted / asking;
        if (isStream && blocks.IsFar && lines > 1)
            (t.AheadApart, t.AheadApart2, t.AheadStep) = (t.K * t.AheadRow / lines, t.K * t.AheadRow / 2, Line);
        else if (isStream)
            (t.AheadApart, t.AheadApart2, t.AheadStep) = (Line, 2 * Line, lines * Line);
        else if (isTwoLines)
            (t.AheadApart, t.AheadApart2, t.AheadStep) = (Line, t.AheadRow, lines / 2 * t.AheadRow);
        else
            (t.AheadApart, t.AheadApart2, t.AheadStep) = (t.AheadRow, 2 * t.AheadRow, lines * t.AheadRow);
        return (Prefetch)lines;
    }

    // A chain waits for what it begins with, which may come from far away, rows apart: a tile asks for that of the next one, and here it is asked for the first.
    private static void PrefetchStart(T* c, nint cRow, int height, int panels)
    {
        if (!Sse.IsSupported)
            return;

        for (; height > 0; height--, c += cRow)
        {
            for (int column = 0; column < panels * PanelWidth; column += Line)
                Sse.Prefetch0(c + column);
        }
    }

    /// <summary>A panel with fewer columns: through a tile of C that has them all.</summary>
    private static void LastPanel(in Blocks<V, T> blocks, int first, int last, int columns, in Tile<T> panel, in Scratch<T> scratch)
    {
        T* a = scratch.A;
        Tile<T> t = panel;
        t.C = scratch.C;
        t.CRow = PanelWidth;
        t.Start = panel.Start == null ? null : scratch.C;
        t.StartRow = PanelWidth;
        RowTiles rows = blocks.Rows;
        for (int tile = first; tile < last; tile++)
        {
            int height = rows.Rows(tile);
            if (panel.Start != null)
                Columns.Copy<V, T>(panel.Start + rows.Offset(first, tile, panel.StartRow, panel.StartStretch), panel.StartRow, scratch.C, PanelWidth, height, columns, PanelWidth);
            t.A = panel.A + rows.Offset(first, tile, panel.ARow, panel.AStretch);

            Panel(blocks, tile, tile + 1, height, 1, t, a);
            if (a != null)
                a += PackRows.TileLength<V, T>(height, t.K);
            Columns.Copy<V, T>(scratch.C, PanelWidth, panel.C + rows.Offset(first, tile, panel.CRow, panel.CStretch), panel.CRow, height, columns, columns);
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
