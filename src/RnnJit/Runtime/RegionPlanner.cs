using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Runtime;

/// <summary>Gives every value of a region a place and every step an instruction. A region is a Program or the body of a scan.</summary>
internal sealed partial class RegionPlanner
{
    private readonly PlanContext context;
    private readonly Graph graph;
    private readonly View?[] views;
    private readonly Dictionary<int, View> homes = [];
    private readonly HashSet<int> indicesChecked = [];
    private readonly int depth;
    private readonly Dictionary<int, View> sumHomes = [];
    private readonly HashSet<int> sumsDone = [];
    private readonly HashSet<Block> tables = [];

    /// <param name="depth">How many loops are around it.</param>
    public RegionPlanner(PlanContext context, Graph graph, int depth)
    {
        this.context = context;
        this.graph = graph;
        this.depth = depth;
        views = new View?[graph.Values.Count];
    }

    private bool IsBody => depth > 0;

    // A step of a loop without loops in it.
    private bool IsStep => IsBody && !graph.Nodes.Any(node => node.Op is ScanOp);

    public List<Instruction> Instructions { get; } = [];

    /// <summary>The dimension whose rows workers share in a body; null where there is none.</summary>
    public Dim? Batch { get; init; }

    /// <summary>Packing that a body wants done before its loop.</summary>
    public List<Instruction> Prologue { get; } = [];

    /// <summary>Where weights of a body come from outside: value of the body → parts of the region around it.</summary>
    public Dictionary<int, WeightSource> Weights { get; } = [];

    public void SetView(int value, View view) => views[value] = view;

    public View View(int value) => views[value] ?? throw new InvalidOperationException($"Value {value} of '{graph.Name}' has no place yet");

    /// <summary>Wants a value written to a place. False if it has another home already.</summary>
    public bool TryHome(int value, View view)
    {
        int node = graph.Values.Node(value);
        if (node < 0 || homes.ContainsKey(value) || graph.Nodes[node].Op is SliceOp or ReshapeOp or BroadcastOp or TransposeOp or ConstantOp or ExtentOp)
            return false;

        homes[value] = view;
        return true;
    }

    /// <summary>Whether the first axis of a value is the batch. Two dimensions of the same extent are still two.</summary>
    public bool IsByRow(int value) => graph.Values.Type(value) is { Rank: > 0 } type && IsBatch(type.Dims[0]);

    private bool IsBatch(Dim dim) => Batch is not null && dim == Batch;

    public void Run()
    {
        PlaceConstants();
        PlaceConcats();
        foreach (Node node in graph.Nodes.Where(node => node.Op is OntoOp && node.Operands[0] < graph.Inputs.Count && tables.Contains(View(node.Operands[0]).Block)))
            TrySum(node.Operands[1], View(node.Operands[0]));
        foreach (Step step in Fused.Steps)
        {
            if (step is KernelStep kernel)
                AddKernel(kernel);
            else if (step is ProductStep product)
                AddProduct(graph.Nodes[product.Product], graph.Values.FirstResult(product.Node), (ContractOp)graph.Nodes[product.Product].Op, product.Start);
            else if (!early.Contains(((OpStep)step).Node))
                AddOp(graph.Nodes[((OpStep)step).Node], ((OpStep)step).Node);
        }
    }

    // A kernel compares indices with places, so an index that names none is found here.
    private void CheckIndices(KernelStep kernel)
    {
        foreach (int value in kernel.Inputs.Where(input => !graph.Values.Type(input).IsReal && indicesChecked.Add(input)))
        {
            foreach (MarkOp mark in graph.Nodes.Where(node => node.Operands.Contains(value)).Select(node => node.Op).OfType<MarkOp>().Distinct())
                Instructions.Add(new IndexCheckInstruction(View(value), mark.Largest(mark.Places.Evaluate(context.Sizes)), mark.Ignored, mark.Cure, NameOf(value), IsByRow(value)));
        }
    }

    private void PlaceConstants()
    {
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            double? fill = graph.Nodes[n].Op switch
            {
                ConstantOp constant => constant.Value,
                ExtentOp extent => extent.Dim.Evaluate(context.Sizes),
                _ => null,
            };
            if (fill is null)
                continue;
            TensorType type = graph.Nodes[n].Results[0];
            View view = context.Allocate(context.Shape(type), type.Element);
            view.Block.Last = int.MaxValue;
            view.Block.First = 0;
            views[graph.Values.FirstResult(n)] = view;
            context.Fills.Add((view, type.Element, fill.Value));
        }
    }

    // Values put side by side are written side by side by whoever makes them; outermost first.
    private void PlaceConcats()
    {
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            int value = graph.Values.FirstResult(n);
            if (graph.Nodes[n].Op is not ConcatOp concat || IsWeight(value) || IsGatheredRow(value))
                continue;
            if (!homes.TryGetValue(value, out View? whole))
                homes[value] = whole = context.Allocate(context.Shape(graph.Nodes[n].Results[0]), graph.Nodes[n].Results[0].Element);
            int start = 0;
            foreach (int operand in graph.Nodes[n].Operands)
            {
                int length = context.Shape(graph.Values.Type(operand))[concat.Axis];
                if (graph.Values.Node(operand) < 0 || graph.Nodes[graph.Values.Node(operand)].Op is not ScanOp)
                    TryHome(operand, whole.Slice(concat.Axis, start, length));
                start += length;
            }
        }
    }

    // Where a sum over time is, if this value may be added to it where it is made.
    private View? SumHome(int value) => sumHomes.TryGetValue(value, out View? sum) && sumsDone.Add(value) ? sum : null;

    private View Home(int value) => homes.TryGetValue(value, out View? home)
        ? home
        : context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);

    // For an instruction that writes without strides.
    private View DenseHome(int value)
    {
        View home = Home(value);
        return home.IsContiguous ? home : context.Allocate(home.Shape, graph.Values.Type(value).Element);
    }

    private void AddKernel(KernelStep step)
    {
        CheckIndices(step);
        foreach (int output in step.Outputs)
            views[output] = Home(output);
        var (body, provider) = context.Kernels.Find(step.Kernel, context.Real);
        context.Slow.Note(provider);
        View[] operands = step.Inputs.Concat(step.Outputs).Select(Materialised).ToArray();
        Instructions.Add(new KernelInstruction(step, body, provider, operands, step.Rows.Select(dim => dim.Evaluate(context.Sizes)).ToArray(), step.Columns.Evaluate(context.Sizes), step.Rows.Count > 0 && IsBatch(step.Rows[0]), LiveOf(step)));
    }

    // A kernel reads contiguous rows.
    private View Materialised(int value)
    {
        View view = View(value);
        if (view.Rank == 0 || view.Shape[^1] == 1 || view.Strides[^1] == 1)
            return view;

        View dense = context.Allocate(view.Shape, graph.Values.Type(value).Element);
        Copy(value, dense);
        return dense;
    }

    private void AddOp(Node node, int n)
    {
        int value = graph.Values.FirstResult(n);
        switch (node.Op)
        {
            case SliceOp slice:
                views[value] = Source(node).Slice(slice.Axis, slice.Start.Evaluate(context.Sizes), slice.Length.Evaluate(context.Sizes));
                break;
            case TransposeOp transpose:
                views[value] = Source(node).Transpose([.. transpose.Order]);
                break;
            case BroadcastOp:
                views[value] = Source(node).Broadcast(context.Shape(node.Results[0]));
                break;
            case ReshapeOp:
                views[value] = Source(node).Reshape(context.Shape(node.Results[0])) ?? Dense(node.Operands[0]).Reshape(context.Shape(node.Results[0]))!;
                break;
            case ConcatOp when IsWeight(value) || IsGatheredRow(value):
                break;
            case ConcatOp concat:
                AddConcat(node, value, concat);
                break;
            case ContractOp contract:
                AddProduct(node, value, contract);
                break;
            case SumOp sum when ColumnsOf(sum, View(node.Operands[0])) is { } columns:
                views[value] = DenseHome(value);
                AddColumns(View(node.Operands[0]), null, views[value]!, columns, value, LiveOf(n), sum.Forwards);
                CopyHomeIfElsewhere(value, views[value]!);
                break;
            case ReductionOp reduction when node.Results[0].IsReal:
                views[value] = Home(value);
                Instructions.Add(context.Real == ElementType.F64
                    ? new ReduceInstruction<double>(reduction, View(node.Operands[0]), views[value]!, IsByRow(value))
                    : new ReduceInstruction<float>(reduction, View(node.Operands[0]), views[value]!, IsByRow(value)));
                break;
            case GatherOp:
                View from = Contiguous(node.Operands[0]), picked = Contiguous(node.Operands[1]);
                views[value] = context.Allocate(context.Shape(node.Results[0]), node.Results[0].Element);

                // Of a table that has rows for the batch, a row reads those of others.
                bool alone = IsByRow(node.Operands[1]) && (IsInvariant(node.Operands[0]) || tables.Contains(from.Block));
                Instructions.Add(new GatherInstruction(from, picked, views[value]!, NameOf(node.Operands[1]), alone, LiveOf(n)));
                CopyHome(value);
                break;
            case ScatterAddOp when !IsBody || tables.Contains(View(node.Operands[0]).Block):
                AddToTable(node, value);
                break;
            case OntoOp:
                AddOnto(node, value);
                break;
            case ScatterOp when !IsBody:
                View which = Contiguous(node.Operands[0]), rows = Contiguous(node.Operands[1]);
                views[value] = context.Allocate(context.Shape(node.Results[0]), node.Results[0].Element);
                Instructions.Add(context.Real == ElementType.F64
                    ? new ScatterInstruction<double>(which, rows, views[value]!, NameOf(node.Operands[0]), live: LiveOf(n))
                    : new ScatterInstruction<float>(which, rows, views[value]!, NameOf(node.Operands[0]), live: LiveOf(n)));
                CopyHome(value);
                break;
            case BlockLengthsOp cut when Source(node).IsContiguous:
                views[value] = Home(value);
                Instructions.Add(new BlockLengthsInstruction(Source(node), views[value]!, cut.Steps, cut.From.Evaluate(context.Sizes)));
                break;
            case OrderOp:
                View lengths = Contiguous(node.Operands[0]);
                views[value] = Home(value);
                Instructions.Add(new OrderInstruction(lengths, context.Allocate([2 * lengths.Length], ElementType.I32), views[value]!));
                break;
            case PlacesOp:
                views[value] = Home(value);
                Instructions.Add(new PlacesInstruction(Contiguous(node.Operands[0]), views[value]!, NameOf(node.Operands[0])));
                break;
            case PickOp pick:
                View chosen = Contiguous(node.Operands[1]);
                views[value] = Home(value);
                Instructions.Add(new PickInstruction(Source(node), chosen, views[value]!, pick.Axis, NameOf(node.Operands[1]), PickedOf(n)));
                break;
            case AtMostOp:
                views[value] = Source(node);
                Instructions.Add(new AtMostInstruction(Source(node), View(node.Operands[1]), NameOf(node.Operands[0]), NameOf(node.Operands[1]), IsByRow(value)));
                break;
            case ScanOp scan:
                AddScan(node, value, scan);
                break;
            default:
                AddInterpreted(node, value, "no compiled form fits it here");
                break;
        }
    }

    private View Source(Node node) => View(node.Operands[0]);

    // In a loop a table grows where it is; elsewhere a copy of it does.
    private void AddToTable(Node node, int value)
    {
        View table = Source(node), index = Contiguous(node.Operands[1]), rows = Contiguous(node.Operands[2]);
        if (!IsBody)
        {
            View copy = context.Allocate(table.Shape, node.Results[0].Element);
            Instructions.Add(new CopyInstruction(table, copy));
            table = copy;
        }

        views[value] = table;
        Instructions.Add(context.Real == ElementType.F64
            ? new ScatterInstruction<double>(index, rows, table, NameOf(node.Operands[1]), adds: true)
            : new ScatterInstruction<float>(index, rows, table, NameOf(node.Operands[1]), adds: true));
        if (!IsBody)
            CopyHome(value);
    }

    // The sum of a loop goes on where it is; elsewhere a copy of it does.
    private void AddOnto(Node node, int value)
    {
        View sum = Source(node);
        bool goesOn = tables.Contains(sum.Block);
        if (!goesOn)
        {
            sum = context.Allocate(sum.Shape, node.Results[0].Element);
            Instructions.Add(new CopyInstruction(Source(node), sum, IsByRow(value)));
        }

        views[value] = sum;
        AddSum(node.Operands[1], sum);
        if (!goesOn)
            CopyHome(value);
    }

    private string NameOf(int value) => InputName.Of(graph, value) ?? "the indices";

    private View Contiguous(int value) => View(value).IsContiguous ? View(value) : Dense(value);

    // A copy without gaps.
    private View Dense(int value)
    {
        View view = View(value), dense = context.Allocate(view.Shape, graph.Values.Type(value).Element);
        Copy(value, dense);
        return dense;
    }

    // What does not change with time is copied before the loop.
    private void Copy(int value, View to)
    {
        bool once = IsBody && IsInvariant(value);
        (once ? Prologue : Instructions).Add(new CopyInstruction(once ? View(value).Outside() : View(value), to, IsByRow(value)));
    }

    private void AddConcat(Node node, int value, ConcatOp concat)
    {
        View whole = homes[value];
        int start = 0;
        foreach (int operand in node.Operands)
        {
            View part = whole.Slice(concat.Axis, start, View(operand).Shape[concat.Axis]);
            start += View(operand).Shape[concat.Axis];
            if (!SamePlace(View(operand), part))
                Instructions.Add(new CopyInstruction(View(operand), part, IsByRow(operand)));
        }

        views[value] = whole;
    }

    public static bool SamePlace(View a, View b) =>
        a.Block == b.Block && a.Offset == b.Offset && a.Strides.SequenceEqual(b.Strides) && a.TimeStride == b.TimeStride && a.ParityStride == b.ParityStride && a.Parity == b.Parity;

    // What an instruction without strides wrote, moved to where it is wanted.
    private void CopyHome(int value)
    {
        if (!homes.TryGetValue(value, out View? home))
            return;

        Instructions.Add(new CopyInstruction(views[value]!, home, IsByRow(value)));
        views[value] = home;
    }

    private void AddInterpreted(Node node, int value, string reason)
    {
        context.Slow.Note(node.Op, reason);
        View[] results = node.Results.Select(type => context.Allocate(context.Shape(type), type.Element)).ToArray();
        View[] operands = node.Operands.Select(operand => IsWeight(operand) && views[operand] is null ? Gathered(operand) : View(operand)).ToArray();
        Instructions.Add(new InterpretedInstruction(
            node.Op, operands, results, node.Operands.Select(operand => graph.Values.Type(operand).Element).ToArray(), node.Results.Select(type => type.Element).ToArray(), context.Evaluation, reason));
        for (int r = 0; r < results.Length; r++)
        {
            views[value + r] = results[r];
            CopyHome(value + r);
        }
    }

    // Rows and stride of a sum over leading axes, null if the axes are others.
    private static (int Rows, long Stride, int Columns)? ColumnsOf(SumOp sum, View x)
    {
        int lead = sum.Axes.Count;
        if (lead >= x.Rank || sum.Axes.Where((axis, i) => axis != i).Any())
            return null;

        View tail = x with { Shape = x.Shape[lead..], Strides = x.Strides[lead..] };
        long stride = x.Strides[lead - 1];
        int rows = x.Shape[lead - 1];
        for (int axis = lead - 2; axis >= 0; axis--)
        {
            if (Runtime.View.Join(x.Shape[axis], x.Strides[axis], rows, stride) is not { } joined)
                return null;
            (stride, rows) = (joined, rows * x.Shape[axis]);
        }

        return tail.IsContiguous ? (rows, stride, tail.Length) : null;
    }

    private void AddColumns(View a, View? b, View result, (int Rows, long Stride, int Columns) columns, int value, LiveRows? live, bool forwards, long bStride = 0)
    {
        View? sum = SumHome(value);
        LiveRows? rows = live is not null && columns.Rows == live.Steps * (live.Axes == LiveAxes.SumOfSteps ? 1 : live.Batch) ? live : null;
        Instructions.Add(context.Real == ElementType.F64
            ? new ColumnInstruction<double>(a, b, sum ?? result, columns.Rows, columns.Stride, bStride, columns.Columns, sum is not null, forwards, rows)
            : new ColumnInstruction<float>(a, b, sum ?? result, columns.Rows, columns.Stride, bStride, columns.Columns, sum is not null, forwards, rows));
    }
}
