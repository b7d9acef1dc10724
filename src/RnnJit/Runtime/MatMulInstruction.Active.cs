using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Runtime;

internal sealed unsafe partial class MatMulInstruction<T>
{
    // So many rows of A and panels of B at once as stay in the second-level cache.
    private const int RowsAtOnce = 96, MostRuns = 64, PanelBytes = 192 << 10;

    private Address lengths;
    private Address listed;

    /// <summary>The rows it is done for; null for all.</summary>
    public ActiveRows? Active { get; }

    /// <summary>Panels of B that stay in the cache while rows of several steps go past them.</summary>
    public int PanelsAtOnce => Math.Max(1, PanelBytes / Math.Max(1, form.K.Extent * sizeof(T) * (2 * Cpu.CpuWidth.Width / 8 / sizeof(T))));

    private void ResolveActiveRows(PlanMemory memory)
    {
        if (Active is null)
            return;
        lengths = new Address(Active.Lengths, memory);
        if (Active.Listed is not null)
            listed = new Address(Active.Listed, memory);
    }

    // Rows of A that do not run are left out; those of B are not in the packed one.
    private void ExecuteListed(in WorkShare share, in LoopIndices clock)
    {
        int rowStart = 0, rowEnd = form.M.Extent, panelStart = 0, panelEnd = panels;
        if (share.Parts > 1 && rowEnd >= 32 * share.Parts)
            (rowStart, rowEnd) = share.Of(rowEnd, 6);
        else if (share.Parts > 1)
            (panelStart, panelEnd) = share.Of(panels);
        int* rows = (int*)listed.At(clock);
        Cpu.Gemm.Gemm.Multiply(
            new Cpu.Gemm.GemmArguments<T>
            {
                A = (T*)a.At(clock) + (rowStart * form.M.A),
                ARow = (nint)form.M.A,
                ACol = (nint)form.K.A,
                KIndices = rows + 1,
                B = (T*)b.At(clock),
                C = (T*)c.At(clock) + (rowStart * form.M.C),
                CRow = (nint)form.M.C,
                M = rowEnd - rowStart,
                N = form.N.Extent,
                K = rows[0],
                Start = Accumulate ? (T*)c.At(clock) + (rowStart * form.M.C) : null,
                StartRow = (nint)form.M.C,
            },
            panelStart,
            panelEnd);
    }

    // Workers share the rows that run, or panels where those are few.
    private void ExecuteActiveRows(in WorkShare share, in LoopIndices clock)
    {
        int* length = (int*)lengths.At(clock);
        if (Active!.Kind == PaddingResult.Zero || (Active.Kind == PaddingResult.Init && Start is not null))
            FillEnded(length, share, (T*)c.At(clock), Active.Kind == PaddingResult.Init ? StartAt(clock) : default);
        int total = 0;
        for (int t = 0, rows = Active.Batch; t < Active.Steps; t++)
            total += rows = ActiveRowCount.At(length, t, rows);
        int first = 0, last = total, panelStart = 0, panelEnd = panels;
        if (share.Parts > 1 && total >= 32 * share.Parts)
            (first, last) = share.Of(total, 6);
        else if (share.Parts > 1)
            (panelStart, panelEnd) = share.Of(panels);

        var runs = stackalloc (int T, int Row, int Count)[MostRuns];
        int count = 0, held = 0;
        for (int t = 0, rows = Active.Batch, before = 0; t < Active.Steps; t++, before += rows)
        {
            rows = ActiveRowCount.At(length, t, rows);
            int start = Math.Max(first - before, 0), end = Math.Min(last - before, rows);
            if (start >= end)
                continue;
            if (count > 0 && Follows(runs[count - 1], t, start))
                runs[count - 1].Count += end - start;
            else
                runs[count++] = (t, start, end - start);
            held += end - start;
            if (held < RowsAtOnce && count < MostRuns)
                continue;
            MultiplyRuns(runs, count, panelStart, panelEnd, clock);
            count = held = 0;
        }

        MultiplyRuns(runs, count, panelStart, panelEnd, clock);
    }

    // Rows of one step and of the next are one segment where all of them run.
    private bool Follows((int T, int Row, int Count) run, int t, int row) =>
        form.Loops.Length == 0 && (run.T * Active!.Batch) + run.Row + run.Count == (t * Active.Batch) + row;

    private void MultiplyRuns((int T, int Row, int Count)* runs, int count, int panelStart, int panelEnd, in LoopIndices clock)
    {
        StartPointer from = Accumulate ? new StartPointer((T*)c.At(clock), form.M.C) : StartAt(clock);
        long timeStart = Accumulate || Start is null ? 0 : form.Loops.Length == 0 ? Active!.Batch * Start.Row : Start.Loops[0];
        long timeA = form.Loops.Length == 0 ? Active!.Batch * form.M.A : form.Loops[0].A,
            timeC = form.Loops.Length == 0 ? Active!.Batch * form.M.C : form.Loops[0].C;
        int panelsAtOnce = count > 1 ? PanelsAtOnce : panels;
        for (int panel = panelStart; panel < panelEnd && count > 0; panel += panelsAtOnce)
        {
            for (int r = 0; r < count; r++)
                Multiply((T*)a.At(clock) + (runs[r].T * timeA), (T*)b.At(clock), (T*)c.At(clock) + (runs[r].T * timeC),
                    from.Plus(runs[r].T * (Accumulate ? timeC : timeStart)), runs[r].Row, runs[r].Row + runs[r].Count, panel,
                    Math.Min(panel + panelsAtOnce, panelEnd), form.K.Extent, backwards: false);
        }
    }

    // Fills the results of ended rows with 0, or with the accumulators' initial values if the product adds nothing there.
    private void FillEnded(int* length, in WorkShare share, T* to, StartPointer from)
    {
        long time = form.Loops.Length == 0 ? Active!.Batch * form.M.C : form.Loops[0].C;
        long timeFrom = Start is null ? 0 : form.Loops.Length == 0 ? Active!.Batch * Start.Row : Start.Loops[0];
        var (start, end) = share.Of(Active!.Steps);
        for (int t = start; t < end; t++)
        {
            for (int row = ActiveRowCount.At(length, t, Active.Batch); row < Active.Batch; row++)
            {
                var ended = new Span<T>(to + (t * time) + (row * form.M.C), form.N.Extent);
                if (from.At == null)
                    ended.Clear();
                else
                    new ReadOnlySpan<T>(from.At + (t * timeFrom) + (row * from.Row), form.N.Extent).CopyTo(ended);
            }
        }
    }
}
