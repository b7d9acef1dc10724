using RnnJit.Cpu.Gemm;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>A product on the register-blocked kernels. B is packed by a <see cref="PackInstruction{T}"/>, or read as it lies
/// where its rows are contiguous.</summary>
internal sealed unsafe partial class MatMulInstruction<T> : Instruction
    where T : unmanaged
{
    private readonly MatMulForm form;
    private readonly BufferView? packed;
    private readonly bool reverse;
    private Address a;
    private Address b;
    private Address c;
    private Address from;
    private readonly int panels;

    public MatMulInstruction(MatMulCommand product)
        : base(product)
    {
        (form, packed, reverse, Accumulate, Start,
            Active) = (product.Form, product.Packed, product.Reverse, product.Accumulate, product.Init, product.Rows);
        panels = Gemm.Panels<T>(form.N.Extent);
    }

    public MatMulForm Form => form;

    /// <summary>True: accumulates into C, as a sum over time does.</summary>
    public bool Accumulate { get; }

    /// <summary>The initial values of the accumulators; null: 0, or with <see cref="Accumulate"/> the present result.</summary>
    public AccumulatorInit? Start { get; }

    public WeightStorage Storage => packed?.Storage ?? WeightStorage.Single;

    /// <summary>
    /// True for one row times a packed B that overwrites its result: no outer loops, no accumulation, no reversed order of k.
    /// </summary>
    public bool IsPackedRow =>
        packed is not null && !reverse && !Accumulate && form.M.Extent == 1 && form.Loops.Length == 0 && form.SumLoops.Length == 0;

    /// <summary>That product, without its addresses.</summary>
    public GemmArguments<T> Row => new()
    {
        ARow = (nint)form.M.A,
        ACol = (nint)form.K.A,
        CRow = (nint)form.M.C,
        StartRow = (nint)(Start?.Row ?? 0),
        M = 1,
        N = form.N.Extent,
        K = form.K.Extent
    };

    /// <summary>The addresses of A, B (packed or not), C and the initial accumulators; 0 for initial accumulators of 0.</summary>
    public (nint A, nint B, nint C, nint Start) At(in LoopIndices clock) =>
        ((nint)a.At(clock), (nint)b.At(clock), (nint)c.At(clock), Start is null ? 0 : (nint)from.At(clock));

    public override void Resolve(PlanMemory memory)
    {
        a = new Address(form.A, memory);
        b = new Address(packed ?? form.B, memory);
        c = new Address(form.C, memory);
        if (Start is not null)
            from = new Address(Start.View, memory);
        ResolveActiveRows(memory);
    }

    /// <summary>Rows [aRow, aRow + count) of A and as many of each of the next steps, <paramref name="batch"/> rows apart, give those from
    /// cRow on of C, panels of columns [panelStart, panelEnd).</summary>
    public void ExecuteRows(long aRow, long cRow, int count, int steps, int batch, int panelStart, int panelEnd)
    {
        GemmArguments<T> g = Arguments((T*)a.At(default) + (aRow * form.M.A), (T*)b.At(default), (T*)c.At(default) + (cRow * form.M.C),
            StartAt(default), form.K.Extent);
        g.M = count * steps;
        var segments = new RowSegments(count, g.ARow * batch, g.CRow * batch, g.StartRow * batch);

        // A row of all steps is a segment where that makes taller tiles.
        if (count < batch && count < steps)
            (g.ARow, g.CRow, g.StartRow,
                segments) = (segments.A, segments.C, segments.Start, new RowSegments(steps, g.ARow, g.CRow, g.StartRow));
        if (count < batch)
            g.RowSegments = &segments;
        Multiply(g, panelStart, panelEnd);
    }

    // The first number the chains start from; null for 0.
    private StartPointer StartAt(in LoopIndices clock) => Start is null ? default : new StartPointer((T*)from.At(clock), Start.Row);

    public int Panels => panels;

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (IsRowByRow)
        {
            ExecuteRowByRow(share, clock);
            return;
        }

        if (Active is { Kind: Planning.PaddingResult.AddsNothing })
        {
            ExecuteListed(share, clock);
            return;
        }

        if (Active is not null)
        {
            ExecuteActiveRows(share, clock);
            return;
        }

        T* pa = (T*)a.At(clock), pb = (T*)b.At(clock), pc = (T*)c.At(clock);
        StartPointer start = StartAt(clock);
        MatMulPart part = PartOf(share);
        for (int l = part.LoopStart; l < part.LoopEnd; l++)
        {
            LoopOffsets at = OffsetsOf(l);
            Sum(pa + at.A, pb + at.B, pc + at.C, start.Plus(at.Start), part.RowStart, part.RowEnd, part.PanelStart, part.PanelEnd,
                form.K.Extent, backwards: (clock.I & 1) == 1);
        }
    }

    private readonly record struct MatMulPart(int LoopStart, int LoopEnd, int RowStart, int RowEnd, int PanelStart, int PanelEnd);

    // Turns of the loops, rows and panels of one share: its rows of the batch, then a part of the loops, of the rows or of the panels.
    private MatMulPart PartOf(in WorkShare share)
    {
        int loopCount = LoopCount();
        int loopStart = 0, loopEnd = loopCount, rowStart = 0, rowEnd = form.M.Extent, panelStart = 0, panelEnd = panels;
        if (share.RowEnd >= 0)
        {
            if (form.RowsAreM)
            {
                (rowStart, rowEnd) = (share.RowStart, share.RowEnd);
            }
            else
            {
                int inner = loopCount / form.Loops[0].Extent;
                (loopStart, loopEnd) = (share.RowStart * inner, share.RowEnd * inner);
            }
        }

        if (share.Parts > 1)
        {
            if (loopEnd - loopStart >= share.Parts)
                (loopStart, loopEnd) = (loopStart + share.Of(loopEnd - loopStart).Start, loopStart + share.Of(loopEnd - loopStart).End);
            else if (rowEnd - rowStart >= 32 * share.Parts)
                (rowStart, rowEnd) = (rowStart + share.Of(rowEnd - rowStart, 6).Start, rowStart + share.Of(rowEnd - rowStart, 6).End);
            else
                (panelStart, panelEnd) = share.Of(panels);
        }

        return new MatMulPart(loopStart, loopEnd, rowStart, rowEnd, panelStart, panelEnd);
    }

    private int LoopCount()
    {
        int count = 1;
        foreach (MatMulLoop loop in form.Loops)
            count *= loop.Extent;
        return count;
    }

    private readonly record struct LoopOffsets(long A, long B, long C, long Start);

    // Operand offsets of iteration l of the flattened loops.
    private LoopOffsets OffsetsOf(int l)
    {
        long oa = 0, ob = 0, oc = 0, os = 0;
        for (int axis = form.Loops.Length - 1; axis >= 0; axis--)
        {
            MatMulLoop loop = form.Loops[axis];
            int index = l % loop.Extent;
            l /= loop.Extent;
            oa += index * loop.A;
            ob += index * loop.B;
            oc += index * loop.C;
            os += Start is null ? 0 : index * Start.Loops[axis];
        }

        return new LoopOffsets(oa, ob, oc, os);
    }

    // Multiplies and sums over depth elements of k: all of k unless rows have lengths.
    private void Sum(T* pa, T* pb, T* pc, StartPointer start, int rowStart, int rowEnd, int panelStart, int panelEnd, int depth,
        bool backwards)
    {
        int count = 1;
        foreach (MatMulLoop loop in form.SumLoops)
            count *= loop.Extent;
        for (int s = 0; s < count; s++)
        {
            long oa = 0, ob = 0;
            int rest = reverse ? count - 1 - s : s;
            for (int axis = form.SumLoops.Length - 1; axis >= 0; axis--)
            {
                MatMulLoop loop = form.SumLoops[axis];
                int index = rest % loop.Extent;
                rest /= loop.Extent;
                oa += index * loop.A;
                ob += index * loop.B;
            }

            Multiply(pa + oa, pb + ob, pc, s > 0 || Accumulate ? new StartPointer(pc, form.M.C) : start, rowStart, rowEnd, panelStart,
                panelEnd, depth, backwards);
        }
    }

    private readonly struct StartPointer(T* at, long row)
    {
        public T* At { get; } = at;

        public nint Row { get; } = (nint)row;

        public StartPointer Plus(long elements) => new(At == null ? null : At + elements, Row);
    }

    private void Multiply(T* pa, T* pb, T* pc, StartPointer start, int rowStart, int rowEnd, int panelStart, int panelEnd, int depth,
        bool backwards)
    {
        GemmArguments<T> g = Arguments(pa + (rowStart * form.M.A), pb, pc + (rowStart * form.M.C), start.Plus(rowStart * start.Row), depth);
        (g.M, g.Backwards) = (rowEnd - rowStart, backwards);
        Multiply(g, panelStart, panelEnd);
    }

    private GemmArguments<T> Arguments(T* pa, T* pb, T* pc, StartPointer start, int depth)
    {
        long back = reverse ? depth - 1 : 0;
        return new GemmArguments<T>
        {
            A = pa + (back * form.K.A),
            ARow = (nint)form.M.A,
            ACol = (nint)(reverse ? -form.K.A : form.K.A),
            B = packed is null ? pb + (back * form.K.B) : pb,
            BRow = (nint)(reverse ? -form.K.B : form.K.B),
            C = pc,
            CRow = (nint)form.M.C,
            N = form.N.Extent,
            K = depth,
            Start = start.At,
            StartRow = start.Row,
        };
    }

    private void Multiply(in GemmArguments<T> g, int panelStart, int panelEnd)
    {
        if (packed is null)
            Gemm.MultiplyUnpacked(g, panelStart, panelEnd);
        else
            Gemm.Multiply(g, panelStart, panelEnd, packed.Storage);
    }
}
