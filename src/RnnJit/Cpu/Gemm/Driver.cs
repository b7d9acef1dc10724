using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// The loops around the micro-kernels. A block of k (so that a panel stays in L1) · a block of rows (so that A stays in L2) · panels · tiles of rows.
/// A later block of k continues the chains through C.
/// </summary>
internal static unsafe class Driver<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    // 256 rows of a panel: 16 KB with vectors of 256 bits.
    private const int KBlock = 256;

    // Packed A, on the stack.
    private const int ScratchBytes = 64 * 1024;

    private static int PanelWidth => 2 * V.Count;

    /// <summary>Rows of A whose block of k fits the scratch.</summary>
    private static int BlockTiles(int maxRows) => ScratchBytes / (KBlock * sizeof(T) * maxRows);

    public static void Run(in GemmArguments<T> g, int panelStart, int panelEnd, bool packed)
    {
        if (packed && g.M == 1 && g.KRows == null)
        {
            OneRow<V, T, AsIs<V, T>>.Run(g.A, g.ACol, (byte*)g.B, g.C, g.N, g.K, g.Accumulate, panelStart, panelEnd);
            return;
        }

        bool tail = panelEnd * PanelWidth > g.N;
        bool strided = g.KRows != null || (g.ACol is not (1 or -1) && g.M >= 4 && panelEnd - panelStart > 1);
        if (strided || tail)
            RunWithScratch(g, panelStart, panelEnd, packed, strided);
        else
            Blocks(g, panelStart, panelEnd, packed, null, null, null);
    }

    [SkipLocalsInit]
    private static void RunWithScratch(in GemmArguments<T> g, int panelStart, int panelEnd, bool packed, bool strided)
    {
        T* c = stackalloc T[12 * PanelWidth];
        T* b = stackalloc T[packed ? 1 : KBlock * PanelWidth];
        T* a = stackalloc T[strided ? ScratchBytes / sizeof(T) + (ScratchBytes / (KBlock * sizeof(T)) + 1) * V.Count : 1];
        Blocks(g, panelStart, panelEnd, packed, strided ? a : null, b, c);
    }

    private static void Blocks(in GemmArguments<T> g, int panelStart, int panelEnd, bool packed, T* aScratch, T* bScratch, T* cScratch)
    {
        var rows = new RowTiles(g.M, Kernels<V, T>.MaxRows);
        int blockTiles = BlockTiles(Kernels<V, T>.MaxRows);

        // Few rows reuse nothing of B, so k needs no blocks (except those of the scratch).
        int kBlock = g.M < 4 && aScratch == null && (packed || bScratch == null) ? Math.Max(g.K, 1) : KBlock;
        int k = 0;
        do
        {
            var t = default(Tile<T>);
            t.K = Math.Min(kBlock, g.K - k);
            t.Accumulate = g.Accumulate || k > 0;
            for (int first = 0; first < rows.Count; first += blockTiles)
            {
                int last = Math.Min(first + blockTiles, rows.Count);
                t.A = g.A + rows.Start(first) * g.ARow + (g.KRows == null ? k * g.ACol : 0);
                t.ARow = g.ARow;
                t.ACol = g.ACol;
                if (aScratch != null)
                    PackRows.Run<V, T>(rows, first, last, t, g.KRows == null ? null : g.KRows + k, aScratch);
                Panels(g, rows, first, last, k, panelStart, panelEnd, packed, ref t, aScratch, bScratch, cScratch);
            }

            k += kBlock;
        }
        while (k < g.K);
    }

    private static void Panels(
        in GemmArguments<T> g, RowTiles rows, int first, int last, int k, int panelStart, int panelEnd, bool packed, ref Tile<T> t, T* aScratch, T* bScratch, T* cScratch)
    {
        T* a = t.A;
        int full = Math.Min(panelEnd, g.N / PanelWidth);
        int group = Kernels<V, T>.PanelsFor(g.M);
        t.BRow = packed ? PanelWidth : g.BRow;
        t.BPanel = packed ? (nint)PanelWidth * g.K : PanelWidth;
        t.CPanel = PanelWidth;
        t.CRow = g.CRow;
        T* b = g.B + k * t.BRow;
        for (int panel = panelStart; panel < full;)
        {
            while (panel + group > full)
                group /= 2;
            t.B = b + panel * t.BPanel;
            t.A = a;
            t.C = g.C + rows.Start(first) * g.CRow + (nint)panel * PanelWidth;
            Tiles(rows, first, last, group, ref t, aScratch);
            panel += group;
        }

        if (panelEnd > full)
        {
            t.A = a;
            t.B = b + full * t.BPanel;
            t.C = g.C + rows.Start(first) * g.CRow + (nint)full * PanelWidth;
            LastPanel(rows, first, last, g.N - full * PanelWidth, packed, ref t, aScratch, bScratch, cScratch);
        }
    }

    private static void Tiles(RowTiles rows, int first, int last, int panels, ref Tile<T> t, T* aScratch)
    {
        int start = rows.Start(first);
        for (int tile = first; tile < last; tile++)
        {
            int end = rows.Start(tile + 1);
            int height = end - start;
            if (aScratch != null)
            {
                t.A = aScratch;
                t.ARow = 1;
                t.ACol = height;
                aScratch += PackRows.TileLength<V, T>(height, t.K);
            }

            PrefetchC(t, height, panels);
            Kernels<V, T>.Run(height, panels, t);
            t.A += height * t.ARow;
            t.C += height * t.CRow;
            start = end;
        }
    }

    // C may come from far away, and stores wait in order: its lines are asked for before the k loop instead of after it.
    private static void PrefetchC(in Tile<T> t, int height, int panels)
    {
        if (!Sse.IsSupported || height == 1)
            return;

        T* c = t.C;
        nint end = panels * PanelWidth - 1;
        for (; height > 0; height--, c += t.CRow)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + end);
        }
    }

    /// <summary>A panel with fewer columns: through a tile of C (and a panel of an unpacked B) that has them all.</summary>
    private static void LastPanel(
        RowTiles rows, int first, int last, int columns, bool packed, ref Tile<T> t, T* aScratch, T* bScratch, T* cScratch)
    {
        if (!packed)
        {
            CopyColumns(t.B, t.BRow, bScratch, PanelWidth, t.K, columns, PanelWidth);
            t.B = bScratch;
            t.BRow = PanelWidth;
        }

        T* c = t.C;
        nint cRow = t.CRow;
        for (int tile = first; tile < last; tile++)
        {
            int height = rows.Rows(tile);
            if (t.Accumulate)
                CopyColumns(c, cRow, cScratch, PanelWidth, height, columns, PanelWidth);
            t.C = cScratch;
            t.CRow = PanelWidth;
            Tiles(rows, tile, tile + 1, 1, ref t, aScratch);
            if (aScratch != null)
                aScratch += PackRows.TileLength<V, T>(height, t.K);
            CopyColumns(cScratch, PanelWidth, c, cRow, height, columns, columns);
            c += height * cRow;
        }
    }

    /// <summary>Copies <paramref name="read"/> columns of each row and writes <paramref name="write"/>, the rest of them 0.</summary>
    private static void CopyColumns(T* from, nint fromRow, T* to, nint toRow, int rows, int read, int write)
    {
        for (int r = 0; r < rows; r++, from += fromRow, to += toRow)
        {
            for (int j = 0; j < write; j += V.Count)
                V.StorePartial(V.LoadPartial(ref *from, j, Math.Clamp(read - j, 0, V.Count)), ref *to, j, Math.Min(write - j, V.Count));
        }
    }
}
