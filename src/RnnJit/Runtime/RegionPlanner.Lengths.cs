using RnnJit.Cpu.Gemm;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Runtime;

internal sealed partial class RegionPlanner
{
    private readonly Dictionary<(int Lengths, int Steps, bool Forwards), View> lists = [];
    private readonly HashSet<int> early = [];
    private RowEnds? ends;

    private StepList? fused;

    private StepList Fused => fused ??= Fuse.Run(graph, context.Fuse);

    private RowEnds Ends => ends ??= new RowEnds(Fused);

    // The rows that a product or sum of all steps is done for, null for all.
    private LiveRows? LiveOf(int node)
    {
        if (!context.Live || Ends.Of(node) is not { } end)
            return null;

        int rows = graph.Nodes[node].Operands[end.Kind == RowEnd.AddsNothing ? 0 : RowEnds.RowOperand((ContractOp)graph.Nodes[node].Op)];
        return Live(end.Kind, end.Lengths, graph.Values.Type(rows).Dims[0]);
    }

    // The rows that a kernel of all steps is done for, null for all.
    private KernelRows? LiveOf(KernelStep kernel) => context.Live && Ends.Of(kernel) is { } end
        ? new KernelRows(Live(end.Zeros.Length == 0 ? RowEnd.Unread : RowEnd.Zero, end.Lengths, kernel.Rows[0]), end.Zeros)
        : null;

    private LiveRows Live(RowEnd kind, int lengthsOf, Dim time)
    {
        PlaceEarly(lengthsOf);
        View lengths = Contiguous(lengthsOf);
        return new LiveRows(kind, lengths, time.Evaluate(context.Sizes), lengths.Length);
    }

    // The rows that are picked for every step, null for all.
    private PickedRows? PickedOf(int node)
    {
        if (!context.Live || Ends.OfPick(node) is not { } end)
            return null;

        PlaceEarly(end.Lengths);
        return new PickedRows(Contiguous(end.Lengths), end.Kind == RowEnd.Zero, end.OfSource);
    }

    // Whether what a loop yields need not be 0 behind the ends of rows.
    private bool IsUnread(int value) => context.Live && Ends.IsUnread(value);

    // Lengths that a loop reads may stand behind the products before it.
    private void PlaceEarly(int value)
    {
        if (views[value] is not null)
            return;
        int maker = graph.Values.Node(value);
        foreach (int operand in graph.Nodes[maker].Operands)
            PlaceEarly(operand);
        AddOp(graph.Nodes[maker], maker);
        early.Add(maker);
    }

    private LiveRows? LiveOf(int value, ContractOp op, ProductForm form, bool sumOverTime)
    {
        // A sum that a product took over is the product's value.
        int node = Fused.Steps.OfType<ProductStep>().FirstOrDefault(step => graph.Values.FirstResult(step.Node) == value)?.Product ?? graph.Values.Node(value);
        if (LiveOf(node) is not { } live)
            return null;

        // The kernels take rows of A.
        if (live.Kind != RowEnd.AddsNothing)
            return RowEnds.RowOperand(op) == (form.Swapped ? 1 : 0) && HasRows(form, live) ? live : null;
        return sumOverTime && SumsRows(form, live)
            ? live with { Listed = Listed(node, live, op.Forwards) }
            : null;
    }

    // Rows of [T, B] are rows of A and C, at each step one stretch.
    private static bool HasRows(ProductForm form, LiveRows live) => form.SumLoops.Length == 0 && form.HasColumns
        && ((form.Loops.Length == 0 && form.M.Extent == live.Steps * live.Batch)
            || (form.Loops.Length == 1 && form.Loops[0].Extent == live.Steps && form.Loops[0].B == 0 && form.M.Extent == live.Batch));

    // Rows of [T, B] are one stretch of A; those of B are packed.
    private static bool SumsRows(ProductForm form, LiveRows live) => form.Loops.Length == 0
        && ((form.SumLoops.Length == 0 && form.K.Extent == live.Steps * live.Batch)
            || (form.SumLoops.Length == 1 && form.SumLoops[0].Extent == live.Steps && form.K.Extent == live.Batch && form.SumLoops[0].A == live.Batch * form.K.A));

    private View Listed(int node, LiveRows live, bool forwards)
    {
        var key = (Ends.Of(node)!.Value.Lengths, live.Steps, forwards);
        if (lists.TryGetValue(key, out View? list))
            return list;

        lists[key] = list = context.Allocate([checked((live.Steps * live.Batch) + 1)], ElementType.I32);
        Instructions.Add(new ListInstruction(live.Lengths, list, live.Steps, live.Batch, forwards));
        return list;
    }

    private View PackListed(ProductForm form, int b, LiveRows live)
    {
        if (views[b] is null)
            views[b] = Gathered(b);
        int n = form.N.Extent, k = live.Steps * live.Batch;
        long time = form.SumLoops.Length == 0 ? live.Batch * form.K.B : form.SumLoops[0].B;
        long length = context.Real == ElementType.F64 ? Gemm.PackedLength<double>(n, k) : Gemm.PackedLength<float>(n, k);
        View packed = context.Allocate([checked((int)length)], context.Real);
        Instructions.Add(context.Real == ElementType.F64
            ? new PackListedInstruction<double>(View(b), form.N.B, time, form.K.B, n, live, packed)
            : new PackListedInstruction<float>(View(b), form.N.B, time, form.K.B, n, live, packed));
        return packed;
    }
}
