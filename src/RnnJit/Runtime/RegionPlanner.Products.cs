using RnnJit.Cpu.Gemm;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Runtime;

/// <summary>Weights side by side along an axis; a single weight is one part.</summary>
internal sealed record WeightSource(int Axis, View[] Parts);

internal sealed partial class RegionPlanner
{
    // Weights that stand side by side are packed from their own tensors and never put together.
    private bool IsWeight(int value) => WeightOf(value) is not null && OnlyProductsRead(value);

    private WeightSource? WeightOf(int value)
    {
        if (Weights.TryGetValue(value, out WeightSource? known))
            return known;

        int node = graph.Values.Node(value);
        if (node >= 0 && graph.Nodes[node].Op is ConcatOp concat && concat.Axis < 2 && graph.Values.Type(value).Rank == 2
            && graph.Nodes[node].Operands.All(operand => operand < graph.Inputs.Count && graph.Inputs[operand].Role is PortRole.Parameter or PortRole.Constant && views[operand] is not null))
            return Weights[value] = new WeightSource(concat.Axis, graph.Nodes[node].Operands.Select(View).ToArray());

        return null;
    }

    private bool OnlyProductsRead(int value) =>
        !graph.Outputs.Any(output => output.Value == value) && graph.Nodes.Where(node => node.Operands.Contains(value)).All(node => node.Op is ContractOp);

    private View Gathered(int value)
    {
        WeightSource source = WeightOf(value)!;
        View whole = context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);
        int start = 0;
        foreach (View part in source.Parts)
        {
            (IsBody ? Prologue : Instructions).Add(new CopyInstruction(FromAround(part), whole.Slice(source.Axis, start, part.Shape[source.Axis])));
            start += part.Shape[source.Axis];
        }

        return whole;
    }

    // A captured value is packed and put together before the loop, from where it lies there.
    private View FromAround(View part) => IsBody ? part.Outside() : part;

    private View Any(int value) => views[value] ?? Placeholder(value);

    // A weight that is never put together has strides all the same, as if it were.
    private View Placeholder(int value)
    {
        int[] shape = context.Shape(graph.Values.Type(value));
        return new View(new Block(0), context.Real == ElementType.F64 ? 8 : 4, 0, shape, Runtime.View.Dense(shape));
    }

    /// <param name="startsFrom">The value that the chains start from, −1 for 0.</param>
    private void AddProduct(Node node, int value, ContractOp op, int startsFrom = -1)
    {
        int l = node.Operands[0], r = node.Operands[1];
        View? start = startsFrom < 0 ? null : StartView(startsFrom, value);
        int loop = start is null || graph.Values.Type(startsFrom).Rank == 1 ? TiledLoop(node, op, value) : -1;
        View left = Any(l), right = Any(r), result = loop >= 0 ? Ring(value) : Result(value, startsFrom);
        if (start is null && ColumnDot(op, value, left, right, result))
        {
            views[value] = result;
            return;
        }

        View? sum = start is null ? SumHome(value) : null;
        result = sum ?? result;

        // The operand that does not change with time is the one worth packing.
        bool swap = IsBody && !IsInvariant(r) && IsInvariant(l);
        ProductForm form = ProductForm.Of(op, left, right, result, swap);
        if (!form.HasColumns)
        {
            result = context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);
            form = ProductForm.Of(op, left, right, result, swap);
        }

        View? laid = null;
        if (!Fits(form, l, r))
        {
            ProductForm exchanged = ProductForm.Of(op, left, right, result, swap, other: true);
            form = Fits(exchanged, l, r) && !(IsBody && exchanged.RowsAreColumns) ? exchanged : Laid(op, form.Swapped, l, r, value, ref result, out laid);
        }

        int b = form.Swapped ? l : r, a = form.Swapped ? r : l;
        if (views[a] is null)
            views[a] = Gathered(a);
        bool sumOverTime = !IsStep && form.K.Extent > 1 && SumsOverRows(op);
        bool reverse = sumOverTime && !op.Forwards;
        LiveRows? live = LiveOf(value, op, form, laid is null && sumOverTime);
        if (live is { Axes: LiveAxes.Steps } && IsStretched(form, live))
            form = form.InStretches(live.Batch);
        View? packed = live?.Listed is not null ? PackListed(form, b, live) : laid is null ? Pack(form, b, reverse, live is null && RepaysPacking(form)) : null;
        if (packed is null && views[b] is null)
            views[b] = Gathered(b);
        form = form with { A = View(a), B = laid ?? views[b] ?? form.B };
        bool accumulate = sum is not null && result == sum;
        if (sum is not null && !accumulate)
            sumsDone.Remove(value);
        ProductStart? from = start is null ? null : ProductStart.Of(form, op, start);
        if (start is not null && from is null)
        {
            Instructions.Add(new CopyInstruction(start, result, IsByRow(value)));
            accumulate = true;
        }

        if (loop >= 0)
            AddTile(loop, form, packed!, value, from);
        else
            Instructions.Add(context.Real == ElementType.F64
                ? new ProductInstruction<double>(form, packed, reverse, IsInvariant(b), IsByRow(value)) { Accumulate = accumulate, Start = from, Live = live }
                : new ProductInstruction<float>(form, packed, reverse, IsInvariant(b), IsByRow(value)) { Accumulate = accumulate, Start = from, Live = live });
        views[value] = result;
        CopyHomeIfElsewhere(value, result);
    }

    // Rows of parameters side by side are put together again only after they changed, as a matrix of one row.
    private bool IsGatheredRow(int value) => graph.Values.Type(value).Rank == 1 && StartSums.IsRow(graph, value)
        && graph.Nodes[graph.Values.Node(value)].Operands.All(part => views[part]?.Block.IsParameter == true)
        && graph.Nodes.All(node => !node.Operands.Contains(value) || node.Op is AddOp) && Fused.Steps.OfType<ProductStep>().Count(step => step.Start == value) == graph.Nodes.Count(node => node.Operands.Contains(value));

    // What chains start from, over all rows of the product.
    private View StartView(int start, int value)
    {
        if (views[start] is null)
            views[start] = GatheredRow(start);
        int[] shape = context.Shape(graph.Values.Type(value));
        return View(start).Rank == shape.Length ? View(start) : View(start).Broadcast(shape);
    }

    private View GatheredRow(int value)
    {
        var parts = new List<PackPart>();
        int n = 0;
        foreach (View part in graph.Nodes[graph.Values.Node(value)].Operands.Select(View))
        {
            parts.Add(new PackPart(FromAround(part), part.Strides[0], 0, part.Shape[0], 1, n, 0));
            n += part.Shape[0];
        }

        long length = context.Real == ElementType.F64 ? Gemm.PackedLength<double>(n, 1) : Gemm.PackedLength<float>(n, 1);
        View row = context.Allocate([checked((int)length)], context.Real);
        (row.Block.First, row.Block.Last) = (0, int.MaxValue);
        (IsBody ? Prologue : Instructions).Add(context.Real == ElementType.F64
            ? new PackInstruction<double>(parts.ToArray(), row, n, 1, reverse: false)
            : new PackInstruction<float>(parts.ToArray(), row, n, 1, reverse: false));
        return row.Slice(0, 0, n);
    }

    private bool Fits(ProductForm form, int l, int r) =>
        form.HasColumns && (form.HasRows || !(form.IsLooped || (IsBody && !IsInvariant(form.Swapped ? l : r))));

    // No form suits the kernels: B is copied with its columns last, and the result gets a place with its columns last.
    private ProductForm Laid(ContractOp op, bool swapped, int l, int r, int value, ref View result, out View? laid)
    {
        int b = swapped ? l : r;
        string labels = swapped ? op.Left : op.Right, other = swapped ? op.Right : op.Left;
        if (views[b] is null)
            views[b] = Gathered(b);
        laid = ColumnsLast(View(b), labels, label => !other.Contains(label), graph.Values.Type(b).Element);
        Copy(b, laid);
        result = ColumnsLast(result, op.Result, label => labels.Contains(label) && !other.Contains(label), graph.Values.Type(value).Element);
        return swapped ? ProductForm.Of(op, laid, Any(r), result, preferSwap: true) : ProductForm.Of(op, Any(l), laid, result);
    }

    // A new place for a tensor, in which the labels of columns come last.
    private View ColumnsLast(View view, string labels, Func<char, bool> isColumn, ElementType element)
    {
        int[] order = Enumerable.Range(0, labels.Length).OrderBy(axis => isColumn(labels[axis])).ToArray();
        View place = context.Allocate(order.Select(axis => view.Shape[axis]).ToArray(), element);
        return place.Transpose(Enumerable.Range(0, order.Length).Select(axis => Array.IndexOf(order, axis)).ToArray());
    }

    private void CopyHomeIfElsewhere(int value, View result)
    {
        if (homes.TryGetValue(value, out View? home) && !SamePlace(home, result))
            CopyHome(value);
    }

    // A gradient of weights: both operands lose their leading axes.
    private static bool SumsOverRows(ContractOp op) =>
        op.Left.Length > 1 && op.Right.Length > 1 && op.Left[0] == op.Right[0] && !op.Result.Contains(op.Left[0]);

    // Σ over rows of a · b for each column.
    private bool ColumnDot(ContractOp op, int value, View left, View right, View result)
    {
        if (op.Left != op.Right || op.Result.Length == 0 || !op.Left.EndsWith(op.Result, StringComparison.Ordinal) || op.Result.Length == op.Left.Length)
            return false;

        var sum = new SumOp(Enumerable.Range(0, op.Left.Length - op.Result.Length), op.Forwards);
        if (ColumnsOf(sum, left) is not { } a || ColumnsOf(sum, right) is not { } b || !result.IsContiguous)
            return false;

        AddColumns(left, right, result, a, value, LiveOf(graph.Values.Node(value)), op.Forwards, b.Stride);
        return true;
    }

    // So many rows read B so often that it is packed though its rows lie well; fewer copy what they read of it, block by block.
    private const int RowsThatRepayPacking = 2048;

    // Numbers of a packed B beyond which its memory counts for more.
    private const long MostPacked = 16 << 20;

    private bool RepaysPacking(ProductForm form)
    {
        int width = context.Real == ElementType.F64 ? Gemm.PanelWidth<double>() : Gemm.PanelWidth<float>();
        return form.M.Extent >= RowsThatRepayPacking && form.N.Extent >= width && (long)form.N.Extent * form.K.Extent <= MostPacked;
    }

    // Packs B; null if it is read as it lies.
    private View? Pack(ProductForm form, int value, bool reverse, bool repays)
    {
        bool invariant = !IsBody || IsInvariant(value), looped = form.IsLooped;
        if (looped || !invariant)
            return RequireRows(form);

        bool weight = WeightOf(value) is not null || (views[value]?.Block.IsParameter == true);
        bool rowsLie = form.N.B == 1 || form.N.Extent == 1;
        if (!weight && !IsBody && rowsLie && !repays)
            return null;

        string key = $"{Identity(value)}|{form.N.Extent},{form.N.B}|{form.K.Extent},{form.K.B}|{reverse}";
        if (context.Packed.TryGetValue(key, out View? packed))
            return packed;

        PackPart[] parts = Parts(form, value);
        int n = form.N.Extent, k = form.K.Extent;
        bool keeps = parts.All(part => part.View.IsWeight);
        WeightStorage storage = keeps ? context.Weights : WeightStorage.Single;
        int length = context.Real == ElementType.F64 ? PackInstruction<double>.Length(n, k, storage) : PackInstruction<float>.Length(n, k, storage);
        packed = context.Allocate([length], context.Real) with { Storage = storage };
        if (keeps)
        {
            (packed.Block.First, packed.Block.Last) = (0, int.MaxValue);
            context.Packed[key] = packed;
        }

        Instruction pack = context.Real == ElementType.F64 ? new PackInstruction<double>(parts, packed, n, k, reverse) : new PackInstruction<float>(parts, packed, n, k, reverse);
        (IsBody ? Prologue : Instructions).Add(pack);
        return packed;
    }

    private View? RequireRows(ProductForm form) => form.N.B == 1 || form.N.Extent == 1
        ? null
        : throw new InvalidOperationException("A product inside loops reads rows that are not contiguous");

    // There before the loop begins: what comes in from outside, and views of it.
    private bool IsInvariant(int value)
    {
        if (!IsBody || value < graph.Inputs.Count)
            return !IsBody || graph.Inputs[value].Role == PortRole.Constant;

        Node maker = graph.Nodes[graph.Values.Node(value)];
        return WeightOf(value) is not null || (maker.Op is SliceOp or ReshapeOp or TransposeOp or BroadcastOp && IsInvariant(maker.Operands[0]));
    }

    private string Identity(int value) => string.Join(";", (WeightOf(value)?.Parts ?? [View(value)])
        .Select(part => $"{(part.Block.External is { } tensor ? System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(tensor) : -1 - context.Blocks.IndexOf(part.Block))}@{part.Offset}"))
        + "|" + WeightOf(value)?.Axis;

    private PackPart[] Parts(ProductForm form, int value)
    {
        if (WeightOf(value) is not { } source || views[value] is not null)
            return [new PackPart(FromAround(form.B), form.N.B, form.K.B, form.N.Extent, form.K.Extent, 0, 0)];

        // Row-major [rows, columns]: whichever of n and k has the larger stride is the row.
        bool nIsRow = form.N.B >= form.K.B && !(form.N.B == form.K.B && form.N.Extent == 1);
        var parts = new List<PackPart>();
        int start = 0;
        foreach (View part in source.Parts)
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
