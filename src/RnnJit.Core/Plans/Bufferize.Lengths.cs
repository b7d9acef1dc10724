using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

internal sealed partial class Bufferize
{
    private readonly Dictionary<(int Lengths, int Steps, bool Forwards), BufferView> lists = [];
    private readonly HashSet<int> early = [];
    private PaddingAnalysis? ends;

    private OpSchedule? schedule;

    private OpSchedule Schedule => schedule ??= Fuse.Run(graph, context.Fuse);

    private PaddingAnalysis Ends => ends ??= new PaddingAnalysis(Schedule);

    // The rows that a product, sum or gather of all steps is done for, null for all.
    private ActiveRows? ActiveRowsOf(int node)
    {
        if (!context.HasActiveRows || Ends.Of(node) is not { } end)
            return null;

        var (rows, axes) = graph.Nodes[node].Op switch
        {
            ContractOp product when RowProduct.Of(product, end.BatchFirst) is var use =>
                (use.Operand, use.Use == RowUse.AddsSteps ? ActiveAxes.SumOfSteps : ActiveAxes.Rows),
            SumOp { Axes.Count: 1 } => (0, ActiveAxes.SumOfSteps),
            GatherOp => (1, ActiveAxes.Rows),
            _ => (0, ActiveAxes.Rows),
        };
        return ActiveRowsBy(end.Kind, end.Lengths, graph.Values.Type(graph.Nodes[node].Operands[rows]).Dims[end.BatchFirst ? 1 : 0]) with
        {
            Axes = axes,
            BatchFirst = end.BatchFirst
        };
    }

    // The rows that a kernel of all steps is done for, null for all.
    private KernelRows? ActiveRowsOf(ScheduledKernel kernel) => context.HasActiveRows && Ends.Of(kernel) is { } end
        ? new KernelRows(ActiveRowsBy(end.Zeros.Length == 0 ? PaddingResult.Unread : PaddingResult.Zero, end.Lengths,
            kernel.Rows[end.BatchFirst ? 1 : 0]) with
        { BatchFirst = end.BatchFirst }, end.Zeros)
        : null;

    private ActiveRows ActiveRowsBy(PaddingResult kind, int lengthsOf, Dim time)
    {
        PlaceEarly(lengthsOf);
        BufferView lengths = Contiguous(lengthsOf);
        return new ActiveRows(kind, lengths, time.Evaluate(context.Sizes), lengths.Length);
    }

    // The rows that are picked for every step, null for all.
    private TakenRows? TakenOf(int node)
    {
        if (!context.HasActiveRows || Ends.OfTake(node) is not { } end)
            return null;

        PlaceEarly(end.Lengths);
        return new TakenRows(Contiguous(end.Lengths), end.Kind == PaddingResult.Zero, end.OfSource);
    }

    // True if the padding of a loop's yield need not be 0.
    private bool IsUnread(int value, int lengths) => context.HasActiveRows && Ends.IsUnread(value, lengths);

    // Places lengths and their operands early, because the graph may define them after products that need them.
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

    private ActiveRows? ActiveRowsOf(int value, ContractOp op, MatMulForm form, bool sumOverTime)
    {
        // A sum that a product took over is the product's value.
        int node = Products.TryGetValue(value, out int product) ? product : graph.Values.Node(value);
        if (ActiveRowsOf(node) is not { } active)
            return null;

        RowProduct rows = RowProduct.Of(op, active.BatchFirst);
        switch (rows.Use)
        {
            case RowUse.AddsRows:
                return sumOverTime && SumsRows(form, active) ? active with { Listed = Listed(node, active, op.Forwards) } : null;
            case RowUse.AddsSteps:
                return SumsSteps(form, op, active) ? active : null;
            case RowUse.OfBoth:
                return form.HasColumns && active.Kind != PaddingResult.Init ? active with { Axes = ActiveAxes.Loops } : null;
        }

        // The kernels take rows of A.
        if (rows.Operand != (form.Swapped ? 1 : 0))
            return null;
        if (active.BatchFirst || (form.Swapped ? op.Left : op.Right).Contains(op.Result[1]))
            return HasSteps(form, op, active) ? active with { Axes = ActiveAxes.Steps } : null;
        return HasRows(form, active) ? active : null;
    }

    // The batch is the first loop and only time is left for the rows of A and C, or both are those rows, the batch first.
    private static bool HasSteps(MatMulForm form, ContractOp op, ActiveRows active)
    {
        string a = form.Swapped ? op.Right : op.Left, b = form.Swapped ? op.Left : op.Right;
        int alone = a.Count(label => !b.Contains(label));
        bool memory = b.Contains(op.Result[active.BatchFirst ? 0 : 1]);
        return active.Kind != PaddingResult.Init && form.HasColumns
            && (memory ? alone == 1 && form.M.Extent == active.Steps
                : alone == 2 && (IsSegmented(form, active)
                    || (form.Loops.Length == 1 && form.Loops[0].Extent == active.Batch && form.M.Extent == active.Steps)));
    }

    // Rows of [B, T] in one run.
    private static bool IsSegmented(MatMulForm form, ActiveRows active) =>
        form.Loops.Length == 0 && active.Batch > 0 && form.M.Extent == active.Batch * active.Steps;

    // The batch is the first loop, and time is all that is added up, of a B that is not packed in some order.
    private static bool SumsSteps(MatMulForm form, ContractOp op, ActiveRows active) =>
        form.IsLooped && form.SumLoops.Length == 0 && form.K.Extent == active.Steps
            && op.Left.Count(label => !op.Result.Contains(label) && op.Right.Contains(label)) == 1;

    // Rows of [T, B] are rows of A and C, at each step one segment.
    private static bool HasRows(MatMulForm form, ActiveRows active) => form.SumLoops.Length == 0 && form.HasColumns
        && ((form.Loops.Length == 0 && form.M.Extent == active.Steps * active.Batch)
            || (form.Loops.Length == 1 && form.Loops[0].Extent == active.Steps && form.Loops[0].B == 0 && form.M.Extent == active.Batch));

    // Rows of [T, B] are one segment of A; those of B are packed.
    private static bool SumsRows(MatMulForm form, ActiveRows active) => form.Loops.Length == 0
        && ((form.SumLoops.Length == 0 && form.K.Extent == active.Steps * active.Batch)
            || (form.SumLoops.Length == 1 && form.SumLoops[0].Extent == active.Steps && form.K.Extent == active.Batch
                && form.SumLoops[0].A == active.Batch * form.K.A));

    private BufferView Listed(int node, ActiveRows active, bool forwards)
    {
        var key = (Ends.Of(node)!.Value.Lengths, active.Steps, forwards);
        if (lists.TryGetValue(key, out BufferView? list))
            return list;

        lists[key] = list = context.Allocate([checked((active.Steps * active.Batch) + 1)], ElementType.I32);
        Commands.Add(new ListRowsCommand(active.Lengths, list, active.Steps, active.Batch, forwards));
        return list;
    }

    private BufferView PackListed(MatMulForm form, int b, ActiveRows active)
    {
        if (views[b] is null)
            views[b] = Concatenated(b);
        int n = form.N.Extent, k = active.Steps * active.Batch;
        long time = form.SumLoops.Length == 0 ? active.Batch * form.K.B : form.SumLoops[0].B;
        BufferView packed = context.AllocatePanels(n, k, WeightStorage.Single);
        Commands.Add(new PackListedCommand(ViewOf(b), form.N.B, time, form.K.B, n, active, packed));
        return packed;
    }
}
