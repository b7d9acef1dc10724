using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Gives every value of a region a place and every step an instruction. A region is a Program or the body of a scan.</summary>
internal sealed partial class Bufferize
{
    private readonly BufferizeContext context;
    private readonly Graph graph;
    private readonly BufferView?[] views;
    private readonly Dictionary<int, BufferView> destinations = [];
    private readonly HashSet<int> indicesChecked = [];
    private readonly int depth;
    private readonly Dictionary<int, BufferView> sumDestinations = [];
    private readonly HashSet<int> sumsDone = [];
    private readonly HashSet<PlanBuffer> tables = [];

    /// <param name="depth">How many loops are around it.</param>
    public Bufferize(BufferizeContext context, Graph graph, int depth)
    {
        this.context = context;
        this.graph = graph;
        this.depth = depth;
        views = new BufferView?[graph.Values.Count];
    }

    private bool IsBody => depth > 0;

    // A step of a loop without loops in it.
    private bool IsStep => IsBody && !graph.Nodes.Any(node => node.Op is ScanOp);

    public List<PlanCommand> Commands { get; } = [];

    /// <summary>The dimension whose rows workers share in a body; null where there is none.</summary>
    public Dim? Batch { get; init; }

    /// <summary>Packing that a body wants done before its loop.</summary>
    public List<PlanCommand> Preheader { get; } = [];

    /// <summary>Where weights of a body come from outside: value of the body → parts of the region around it.</summary>
    public Dictionary<int, WeightSource> Weights { get; } = [];

    public void SetView(int value, BufferView view) => views[value] = view;

    public BufferView ViewOf(int value) => views[value] ?? throw new InvalidOperationException($"Value {value} of '{graph.Name}' has no place yet");

    /// <summary>Wants a value written to a place. False if it has another destination already.</summary>
    public bool TryPlace(int value, BufferView view)
    {
        int node = graph.Values.Node(value);
        if (node < 0 || destinations.ContainsKey(value) || graph.Nodes[node].Op is SliceOp or ReshapeOp or BroadcastOp or TransposeOp or ConstantOp or ExtentOp)
            return false;

        destinations[value] = view;
        return true;
    }

    /// <summary>Whether the first axis of a value is the batch. Two dimensions of the same extent are still two.</summary>
    public bool IsByRow(int value) => graph.Values.Type(value) is { Rank: > 0 } type && IsBatch(type.Dims[0]);

    private bool IsBatch(Dim dim) => Batch is not null && dim == Batch;

    public void Run()
    {
        PlaceConstants();
        PlaceConcats();
        foreach (Node node in graph.Nodes.Where(node => node.Op is OntoOp && node.Operands[0] < graph.Inputs.Count && tables.Contains(ViewOf(node.Operands[0]).Buffer)))
            TrySum(node.Operands[1], ViewOf(node.Operands[0]));
        foreach (Step step in Fused.Steps)
        {
            if (step is KernelStep kernel)
                AddKernel(kernel);
            else if (step is ProductStep product)
                AddMatMul(graph.Nodes[product.Product], graph.Values.FirstResult(product.Node), (ContractOp)graph.Nodes[product.Product].Op, product.Start);
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
                Commands.Add(new CheckIndicesCommand(ViewOf(value), mark.Largest(mark.Places.Evaluate(context.Sizes)), mark.Ignored, mark.Cure, NameOf(value), IsByRow(value)));
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
            BufferView view = views[graph.Values.FirstResult(n)] = context.Allocate(context.Shape(type), type.Element, BufferSpace.Shared);
            context.Fills.Add(new FillCommand(view, fill.Value));
        }
    }

    // Values put side by side are written side by side by whoever makes them; outermost first.
    private void PlaceConcats()
    {
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            int value = graph.Values.FirstResult(n);
            if (graph.Nodes[n].Op is not ConcatOp concat || IsWeight(value) || IsConcatenatedRow(value))
                continue;
            if (!destinations.TryGetValue(value, out BufferView? whole))
                destinations[value] = whole = context.Allocate(context.Shape(graph.Nodes[n].Results[0]), graph.Nodes[n].Results[0].Element);
            int start = 0;
            foreach (int operand in graph.Nodes[n].Operands)
            {
                int length = context.Shape(graph.Values.Type(operand))[concat.Axis];
                if (graph.Values.Node(operand) < 0 || graph.Nodes[graph.Values.Node(operand)].Op is not ScanOp)
                    TryPlace(operand, whole.Slice(concat.Axis, start, length));
                start += length;
            }
        }
    }

    // Where a sum over time is, if this value may be added to it where it is made.
    private BufferView? SumDestination(int value) => sumDestinations.TryGetValue(value, out BufferView? sum) && sumsDone.Add(value) ? sum : null;

    private BufferView Destination(int value) => destinations.TryGetValue(value, out BufferView? destination)
        ? destination
        : context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);

    // For an instruction that writes without strides.
    private BufferView DenseDestination(int value)
    {
        BufferView destination = Destination(value);
        return destination.IsContiguous ? destination : context.Allocate(destination.Shape, graph.Values.Type(value).Element);
    }

    private void AddKernel(KernelStep step)
    {
        CheckIndices(step);
        foreach (int output in step.Outputs)
            views[output] = Destination(output);
        BufferView[] operands = step.Inputs.Concat(step.Outputs).Select(Materialised).ToArray();
        Commands.Add(new KernelCommand(step, operands, step.Rows.Select(dim => dim.Evaluate(context.Sizes)).ToArray(), step.Columns.Evaluate(context.Sizes), step.Rows.Count > 0 && IsBatch(step.Rows[0]), LiveOf(step)));
    }

    // A kernel reads contiguous rows.
    private BufferView Materialised(int value)
    {
        BufferView view = ViewOf(value);
        if (view.Rank == 0 || view.Shape[^1] == 1 || view.Strides[^1] == 1)
            return view;

        BufferView dense = context.Allocate(view.Shape, graph.Values.Type(value).Element);
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
            case ConcatOp when IsWeight(value) || IsConcatenatedRow(value):
                break;
            case ConcatOp concat:
                AddConcat(node, value, concat);
                break;
            case ContractOp contract:
                AddMatMul(node, value, contract);
                break;
            case SumOp sum when ColumnsOf(sum, ViewOf(node.Operands[0])) is { } columns:
                views[value] = DenseDestination(value);
                AddColumns(ViewOf(node.Operands[0]), null, views[value]!, columns, value, LiveOf(n), sum.Forwards);
                CopyToDestinationIfElsewhere(value, views[value]!);
                break;
            case ReductionOp reduction when node.Results[0].IsReal:
                views[value] = Destination(value);
                Commands.Add(new ReduceCommand(reduction, ViewOf(node.Operands[0]), views[value]!, IsByRow(value)));
                break;
            case GatherOp:
                BufferView from = Contiguous(node.Operands[0]), picked = Contiguous(node.Operands[1]);
                views[value] = context.Allocate(context.Shape(node.Results[0]), node.Results[0].Element);

                // Of a table that has rows for the batch, a row reads those of others.
                bool alone = IsByRow(node.Operands[1]) && (IsInvariant(node.Operands[0]) || tables.Contains(from.Buffer));
                Commands.Add(new GatherCommand(from, picked, views[value]!, NameOf(node.Operands[1]), alone, LiveOf(n)));
                CopyToDestination(value);
                break;
            case ScatterAddOp:
                AddToTable(node, value);
                break;
            case OntoOp:
                AddOnto(node, value);
                break;
            case ScatterOp:
                BufferView which = Contiguous(node.Operands[0]), rows = Contiguous(node.Operands[1]);
                views[value] = context.Allocate(context.Shape(node.Results[0]), node.Results[0].Element);
                Commands.Add(new ScatterCommand(which, rows, views[value]!, NameOf(node.Operands[0]), Adds: false, LiveOf(n)));
                CopyToDestination(value);
                break;
            case BlockLengthsOp cut when Source(node).IsContiguous:
                views[value] = Destination(value);
                Commands.Add(new BlockLengthsCommand(Source(node), views[value]!, cut.Steps, cut.From.Evaluate(context.Sizes)));
                break;
            case OrderOp:
                BufferView lengths = Contiguous(node.Operands[0]);
                views[value] = Destination(value);
                Commands.Add(new SortRowsCommand(lengths, context.Allocate([2 * lengths.Length], ElementType.I32), views[value]!));
                break;
            case PlacesOp:
                views[value] = Destination(value);
                Commands.Add(new InversePermutationCommand(Contiguous(node.Operands[0]), views[value]!, NameOf(node.Operands[0])));
                break;
            case PickOp pick:
                BufferView chosen = Contiguous(node.Operands[1]);
                views[value] = Destination(value);
                Commands.Add(new TakeCommand(Source(node), chosen, views[value]!, pick.Axis, NameOf(node.Operands[1]), TakenOf(n)));
                break;
            case AtMostOp:
                views[value] = Source(node);
                Commands.Add(new CheckBoundsCommand(Source(node), ViewOf(node.Operands[1]), NameOf(node.Operands[0]), NameOf(node.Operands[1]), IsByRow(value)));
                break;
            case ScanOp scan:
                AddScan(node, value, scan);
                break;
            default:
                AddHostOp(node, value, "no compiled form fits it here");
                break;
        }
    }

    private BufferView Source(Node node) => ViewOf(node.Operands[0]);

    // The table of a loop grows in place; elsewhere a copy of it does.
    private void AddToTable(Node node, int value)
    {
        BufferView table = Source(node), index = Contiguous(node.Operands[1]), rows = Contiguous(node.Operands[2]);
        bool grows = tables.Contains(table.Buffer);
        if (!grows)
        {
            BufferView copy = context.Allocate(table.Shape, node.Results[0].Element);
            Commands.Add(new CopyCommand(table, copy, FirstAxisIsBatch: false));
            table = copy;
        }

        views[value] = table;
        Commands.Add(new ScatterCommand(index, rows, table, NameOf(node.Operands[1]), Adds: true, null));
        if (!grows)
            CopyToDestination(value);
    }

    // The sum of a loop goes on where it is; elsewhere a copy of it does.
    private void AddOnto(Node node, int value)
    {
        BufferView sum = Source(node);
        bool goesOn = tables.Contains(sum.Buffer);
        if (!goesOn)
        {
            sum = context.Allocate(sum.Shape, node.Results[0].Element);
            Commands.Add(new CopyCommand(Source(node), sum, IsByRow(value)));
        }

        views[value] = sum;
        AddSum(node.Operands[1], sum);
        if (!goesOn)
            CopyToDestination(value);
    }

    private string NameOf(int value) => InputName.Of(graph, value) ?? "the indices";

    private BufferView Contiguous(int value) => ViewOf(value).IsContiguous ? ViewOf(value) : Dense(value);

    // A copy without gaps.
    private BufferView Dense(int value)
    {
        BufferView view = ViewOf(value), dense = context.Allocate(view.Shape, graph.Values.Type(value).Element);
        Copy(value, dense);
        return dense;
    }

    // What does not change with time is copied before the loop.
    private void Copy(int value, BufferView to)
    {
        bool once = IsBody && IsInvariant(value);
        (once ? Preheader : Commands).Add(new CopyCommand(once ? ViewOf(value).Outside() : ViewOf(value), to, IsByRow(value)));
    }

    private void AddConcat(Node node, int value, ConcatOp concat)
    {
        BufferView whole = destinations[value];
        int start = 0;
        foreach (int operand in node.Operands)
        {
            BufferView part = whole.Slice(concat.Axis, start, ViewOf(operand).Shape[concat.Axis]);
            start += ViewOf(operand).Shape[concat.Axis];
            if (!ViewOf(operand).IsSamePlace(part))
                Commands.Add(new CopyCommand(ViewOf(operand), part, IsByRow(operand)));
        }

        views[value] = whole;
    }

    // What an instruction without strides wrote, moved to where it is wanted.
    private void CopyToDestination(int value)
    {
        if (!destinations.TryGetValue(value, out BufferView? destination))
            return;

        Commands.Add(new CopyCommand(views[value]!, destination, IsByRow(value)));
        views[value] = destination;
    }

    private void AddHostOp(Node node, int value, string reason)
    {
        BufferView[] results = node.Results.Select(type => context.Allocate(context.Shape(type), type.Element)).ToArray();
        BufferView[] operands = node.Operands.Select(operand => IsWeight(operand) && views[operand] is null ? Concatenated(operand) : ViewOf(operand)).ToArray();
        Commands.Add(new HostOpCommand(node.Op, operands, results, reason));
        for (int r = 0; r < results.Length; r++)
        {
            views[value + r] = results[r];
            CopyToDestination(value + r);
        }
    }

    // Rows and stride of a sum over leading axes, null if the axes are others.
    private static (int Rows, long Stride, int Columns)? ColumnsOf(SumOp sum, BufferView x)
    {
        int lead = sum.Axes.Count;
        if (lead >= x.Rank || sum.Axes.Where((axis, i) => axis != i).Any())
            return null;

        BufferView tail = x with { Shape = x.Shape[lead..], Strides = x.Strides[lead..] };
        long stride = x.Strides[lead - 1];
        int rows = x.Shape[lead - 1];
        for (int axis = lead - 2; axis >= 0; axis--)
        {
            if (BufferView.Join(x.Shape[axis], x.Strides[axis], rows, stride) is not { } joined)
                return null;
            (stride, rows) = (joined, rows * x.Shape[axis]);
        }

        return tail.IsContiguous ? (rows, stride, tail.Length) : null;
    }

    private void AddColumns(BufferView a, BufferView? b, BufferView result, (int Rows, long Stride, int Columns) columns, int value, ActiveRows? live, bool forwards, long bStride = 0)
    {
        BufferView? sum = SumDestination(value);
        ActiveRows? rows = live is not null && columns.Rows == live.Steps * (live.Axes == ActiveAxes.SumOfSteps ? 1 : live.Batch) ? live : null;
        Commands.Add(new ColumnSumCommand(a, b, sum ?? result, columns.Rows, columns.Stride, bStride, columns.Columns, sum is not null, forwards, rows));
    }
}
