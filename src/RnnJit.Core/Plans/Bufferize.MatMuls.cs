using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Weights side by side along an axis; a single weight is one part.</summary>
internal sealed record WeightSource(int Axis, BufferView[] Parts);

internal sealed partial class Bufferize
{
    // Weights that stand side by side are packed from their own tensors and never put together.
    private bool IsWeight(int value) => StepInvariants.IsWeight(graph, value);

    private WeightSource? WeightOf(int value)
    {
        if (Weights.TryGetValue(value, out WeightSource? known) || !StepInvariants.IsWeightConcat(graph, value))
            return known;

        Node concat = graph.Nodes[graph.Values.Node(value)];
        return Weights[value] = new WeightSource(((ConcatOp)concat.Op).Axis, concat.Operands.Select(ViewOf).ToArray());
    }

    private BufferView Concatenated(int value)
    {
        WeightSource source = WeightOf(value)!;
        BufferView whole = context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);
        int start = 0;
        foreach (BufferView part in source.Parts)
        {
            AddOnce(new CopyCommand(FromAround(part), whole.Slice(source.Axis, start, part.Shape[source.Axis])), value);
            start += part.Shape[source.Axis];
        }

        return whole;
    }

    // A captured value is packed and put together before the loop, from where it lies there.
    private BufferView FromAround(BufferView part) => IsBody ? part.Outside() : part;

    private BufferView Any(int value) => views[value] ?? Placeholder(value);

    // A weight that is never put together has strides all the same, as if it were.
    private BufferView Placeholder(int value)
    {
        int[] shape = context.Shape(graph.Values.Type(value));
        return new BufferView(new PlanBuffer(-1, context.Real, 0, BufferSpace.Scratch), 0, shape, BufferView.Dense(shape));
    }

    /// <param name="startsFrom">The value that the chains start from, −1 for 0.</param>
    private void AddMatMul(int n, int value, int startsFrom = -1)
    {
        Node node = graph.Nodes[n];
        var op = (ContractOp)node.Op;
        int l = node.Operands[0], r = node.Operands[1];
        BufferView? start = startsFrom < 0 ? null : StartView(startsFrom, value);
        int loop = start is null || graph.Values.Type(startsFrom).Rank == 1 ? ChunkedLoop(node, op, value) : -1;
        BufferView left = Any(l), right = Any(r), result = loop >= 0 ? Ring(value) : Result(value, startsFrom);
        if (start is null && ColumnDot(op, value, left, right, result))
        {
            views[value] = result;
            return;
        }

        BufferView? sum = start is null ? SumDestination(value) : null;
        result = sum ?? result;

        MatMulForm form = FormOf(op, n, value, left, right, ref result, out BufferView? relaid);
        int b = form.Swapped ? l : r, a = form.Swapped ? r : l;
        if (views[a] is null)
            views[a] = Concatenated(a);
        bool sumOverTime = !IsStep && form.K.Extent > 1 && SumsOverRows(op);
        bool reverse = sumOverTime && !op.Forwards;
        ActiveRows? active = ActiveRowsOf(value, op, form, relaid is null && sumOverTime);
        if (active is { Axes: ActiveAxes.Steps } && IsSegmented(form, active))
            form = form.InSegments(active.Batch);
        if (Rows?.IsByRow(n) == true)
            form = form.ByRow();
        BufferView? packed = active?.Listed is not null ? PackListed(form, b,
            active) : relaid is null ? Pack(form, b, reverse, active is null && RepaysPacking(form)) : null;
        if (packed is null && views[b] is null)
            views[b] = Concatenated(b);
        form = form with { A = ViewOf(a), B = relaid ?? views[b] ?? form.B };
        bool accumulate = sum is not null && result == sum;
        if (sum is not null && !accumulate)
            sumsDone.Remove(value);
        AccumulatorInit? from = start is null ? null : AccumulatorInit.Of(form, op, start);
        if (start is not null && from is null)
        {
            Commands.Add(new CopyCommand(start, result));
            accumulate = true;
        }

        if (loop >= 0)
            AddChunked(loop, form, packed!, value, from);
        else
            Commands.Add(new MatMulCommand(form, packed, reverse, IsInvariant(b)) { Accumulate = accumulate, Init = from, Rows = active });
        views[value] = result;
        CopyToDestinationIfElsewhere(value, result);
    }

    // The form whose columns the kernels write, with a place of its own for the result where it has none; else one whose B is relaid.
    private MatMulForm FormOf(ContractOp op, int n, int value, BufferView left, BufferView right, ref BufferView result,
        out BufferView? relaid)
    {
        int l = graph.Nodes[n].Operands[0], r = graph.Nodes[n].Operands[1];

        // The operand that does not change with time is the one worth packing.
        bool swap = IsBody && !IsInvariant(r) && IsInvariant(l);
        relaid = null;
        MatMulForm form = MatMulForm.Of(op, left, right, result, swap);
        if (!form.HasColumns)
        {
            result = context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);
            form = MatMulForm.Of(op, left, right, result, swap);
        }

        // A product that is done by row has them as its rows, whatever lies beside each other at these sizes.
        if (Fits(form, l, r) && !(form.RowsAreColumns && Rows?.IsByRow(n) == true))
            return form;
        MatMulForm exchanged = MatMulForm.Of(op, left, right, result, swap, other: true);
        return Fits(exchanged, l, r)
            && !(IsBody && exchanged.RowsAreColumns) ? exchanged : Relayout(op, form.Swapped, l, r, value, ref result, out relaid);
    }

    // Rows of parameters side by side are put together again only after they changed, as a matrix of one row.
    private bool IsConcatenatedRow(int value) => StepInvariants.IsConcatenatedRow(graph, value)
        && (IsBody || (OnlyProductsStartFrom(value) && IsOfParameters(value)));

    private bool IsOfParameters(int value) =>
        graph.Nodes[graph.Values.Node(value)].Operands.All(part => views[part]?.Buffer.IsParameter == true);

    private bool OnlyProductsStartFrom(int value) =>
        (starts ??=
            Schedule.Ops.OfType<ScheduledMatMul>().GroupBy(matmul => matmul.Start).ToDictionary(group => group.Key, group => group.Count()))
            .GetValueOrDefault(value) == Readers.Of(value).Count;

    // The view of the accumulators' initial value, broadcast over all rows of the product.
    private BufferView StartView(int start, int value)
    {
        if (views[start] is null)
            views[start] = ConcatenatedRow(start);
        int[] shape = context.Shape(graph.Values.Type(value));
        return ViewOf(start).Rank == shape.Length ? ViewOf(start) : ViewOf(start).Broadcast(shape);
    }

    private BufferView ConcatenatedRow(int value)
    {
        var parts = new List<PackPart>();
        int n = 0;
        foreach (BufferView part in graph.Nodes[graph.Values.Node(value)].Operands.Select(ViewOf))
        {
            parts.Add(new PackPart(FromAround(part), part.Strides[0], 0, part.Shape[0], 1, n, 0));
            n += part.Shape[0];
        }

        BufferSpace space = parts.All(part => part.View.IsWeight) ? BufferSpace.Shared : BufferSpace.Scratch;
        BufferView row = context.AllocatePanels(n, 1, WeightStorage.Single, space);
        AddOnce(new PackCommand(parts.ToArray(), row, n, 1, Reverse: false), value);
        return row.Slice(0, 0, n) with { Panels = null };
    }

    private bool Fits(MatMulForm form, int l, int r) =>
        form.HasColumns && (form.HasRows || !(form.IsLooped || (IsBody && !IsInvariant(form.Swapped ? l : r))));

    // No form suits the kernels: B is copied with its columns last, and the result gets a place with its columns last.
    private MatMulForm Relayout(ContractOp op, bool swapped, int l, int r, int value, ref BufferView result, out BufferView? relaid)
    {
        int b = swapped ? l : r;
        string labels = swapped ? op.Left : op.Right, other = swapped ? op.Right : op.Left;
        if (views[b] is null)
            views[b] = Concatenated(b);
        relaid = ColumnsLast(ViewOf(b), labels, label => !other.Contains(label), graph.Values.Type(b).Element);
        Copy(b, relaid);
        result =
            ColumnsLast(result, op.Result, label => labels.Contains(label) && !other.Contains(label), graph.Values.Type(value).Element);
        return swapped ? MatMulForm.Of(op, relaid, Any(r), result, preferSwap: true) : MatMulForm.Of(op, Any(l), relaid, result);
    }

    // A new buffer for a tensor, whose last axes are those that the product takes as columns.
    private BufferView ColumnsLast(BufferView view, string labels, Func<char, bool> isColumn, ElementType element)
    {
        int[] order = Enumerable.Range(0, labels.Length).OrderBy(axis => isColumn(labels[axis])).ToArray();
        BufferView place = context.Allocate(order.Select(axis => view.Shape[axis]).ToArray(), element);
        return place.Transpose(Enumerable.Range(0, order.Length).Select(axis => Array.IndexOf(order, axis)).ToArray());
    }

    private void CopyToDestinationIfElsewhere(int value, BufferView result)
    {
        if (destinations.TryGetValue(value, out BufferView? destination) && !destination.IsSamePlace(result))
            CopyToDestination(value);
    }

    // A gradient of weights: both operands lose their leading axes.
    private static bool SumsOverRows(ContractOp op) =>
        op.Left.Length > 1 && op.Right.Length > 1 && op.Left[0] == op.Right[0] && !op.Result.Contains(op.Left[0]);

    // Σ over rows of a · b for each column.
    private bool ColumnDot(ContractOp op, int value, BufferView left, BufferView right, BufferView result)
    {
        if (op.Left != op.Right || op.Result.Length == 0 || !op.Left.EndsWith(op.Result, StringComparison.Ordinal)
            || op.Result.Length == op.Left.Length)
            return false;

        var sum = new SumOp(Enumerable.Range(0, op.Left.Length - op.Result.Length), op.Forwards);
        if (ColumnsOf(sum, left) is not { } a || ColumnsOf(sum, right) is not { } b || !result.IsContiguous)
            return false;

        AddColumns(left, right, result, a, value, ActiveRowsOf(graph.Values.Node(value)), op.Forwards, b.Stride);
        return true;
    }

    private bool RepaysPacking(MatMulForm form)
    {
        return form.M.Extent >= context.Target.RowsThatRepayPacking && form.N.Extent >= context.Target.PanelWidth(context.Real)
            && (long)form.N.Extent * form.K.Extent <= context.Target.MostPacked;
    }

    // Packs B; null if it is read as it lies.
    private BufferView? Pack(MatMulForm form, int value, bool reverse, bool repays)
    {
        bool invariant = !IsBody || IsInvariant(value), looped = form.IsLooped;
        if (looped || !invariant)
            return RequireRows(form);

        bool weight = WeightOf(value) is not null || (views[value]?.Buffer.IsParameter == true);
        bool rowsLie = form.N.B == 1 || form.N.Extent == 1;
        if (!weight && !IsBody && rowsLie && !repays)
            return null;
        if (!context.Target.PacksRows && rowsLie && views[value] is not null)
            return null;

        string key = $"{Identity(value)}|{form.N.Extent},{form.N.B}|{form.K.Extent},{form.K.B}|{reverse}";
        if (context.Packed.TryGetValue(key, out BufferView? packed))
            return packed;

        PackPart[] parts = Parts(form, value);
        int n = form.N.Extent, k = form.K.Extent;
        bool keeps = parts.All(part => part.View.IsWeight);
        WeightStorage storage = keeps ? context.Weights : WeightStorage.Single;
        packed = context.AllocatePanels(n, k, storage, keeps ? BufferSpace.Shared : BufferSpace.Scratch);
        if (keeps)
            context.Packed[key] = packed;
        AddOnce(new PackCommand(parts, packed, n, k, reverse), value);
        return packed;
    }

    private BufferView? RequireRows(MatMulForm form) => form.N.B == 1 || form.N.Extent == 1
        ? null
        : throw new InvalidOperationException("A product inside loops reads rows that are not contiguous");

    private bool IsInvariant(int value) => !IsBody || StepInvariants.Contains(graph, value);

    private string Identity(int value) =>
        string.Join(";", (WeightOf(value)?.Parts ?? [ViewOf(value)]).Select(part => $"{part.Buffer.Id}@{part.Offset}")) + "|"
            + WeightOf(value)?.Axis;

    private PackPart[] Parts(MatMulForm form, int value)
    {
        if (WeightOf(value) is not { } source || views[value] is not null)
            return [new PackPart(FromAround(form.B), form.N.B, form.K.B, form.N.Extent, form.K.Extent, 0, 0)];

        // Row-major [rows, columns]: whichever of n and k has the larger stride is the row.
        bool nIsRow = form.N.B >= form.K.B && !(form.N.B == form.K.B && form.N.Extent == 1);
        var parts = new List<PackPart>();
        int start = 0;
        foreach (BufferView part in source.Parts)
        {
            bool alongN = (source.Axis == 0) == nIsRow;
            long rowStride = part.Strides[0], columnStride = part.Strides[1];
            parts.Add(new PackPart(
                FromAround(part), nIsRow ? rowStride : columnStride, nIsRow ? columnStride : rowStride,
                nIsRow ? part.Shape[0] : part.Shape[1], nIsRow ? part.Shape[1] : part.Shape[0], alongN ? start : 0, alongN ? 0 : start));
            start += part.Shape[source.Axis];
        }

        return parts.ToArray();
    }
}
