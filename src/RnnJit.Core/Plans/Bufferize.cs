using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Gives every value of a region a view and every scheduled op its commands. A region is a Program or the body of a
/// scan.</summary>
internal sealed partial class Bufferize
{
    private readonly BufferizeContext context;
    private readonly Graph graph;
    private readonly BufferView?[] views;
    private readonly Dictionary<int, BufferView> destinations = [];
    private readonly HashSet<int> indicesChecked = [];
    private readonly int depth;
    private bool? hasLoops;
    private readonly Dictionary<int, BufferView> sumDestinations = [];
    private readonly HashSet<int> sumsDone = [];
    private readonly HashSet<PlanBuffer> tables = [];
    private readonly Dictionary<int, LoopLegality> legalities = [];

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
    private bool IsStep => IsBody && !(hasLoops ??= graph.Nodes.Any(node => node.Op is ScanOp));

    public List<PlanCommand> Commands { get; } = [];

    /// <summary>Nodes of a step that are done by row; null in a Program.</summary>
    public RowIndependence? Rows { get; init; }

    /// <summary>Commands of a body that are done once, before its loop, each with the inputs of the body that it is made of: packing,
    /// copies.</summary>
    public List<(PlanCommand Command, int[] Sources)> Preheader { get; } = [];

    /// <summary>Sources of a body's weights in the region around it: value of the body → parts.</summary>
    public Dictionary<int, WeightSource> Weights { get; } = [];

    public void SetView(int value, BufferView view) => views[value] = view;

    public BufferView ViewOf(int value) =>
        views[value] ?? throw new InvalidOperationException($"Value {value} of '{graph.Name}' has no place yet");

    /// <summary>Sets the destination of a value. False if it has another one already, or is a view of another value.</summary>
    public bool TryPlace(int value, BufferView view)
    {
        int node = graph.Values.Node(value);
        if (node < 0 || destinations.ContainsKey(value)
            || graph.Nodes[node].Op is SliceOp or ReshapeOp or BroadcastOp or TransposeOp or ConstantOp or ExtentOp)
            return false;

        destinations[value] = view;
        return true;
    }

    public void Run()
    {
        PlaceConstants();
        PlaceConcats();
        foreach (Node node in graph.Nodes.Where(
            node => node.Op is AccumulateOp && node.Operands[0] < graph.Inputs.Count && tables.Contains(ViewOf(node.Operands[0]).Buffer)))
            TrySum(node.Operands[1], ViewOf(node.Operands[0]));
        foreach (ScheduledOp scheduled in Schedule.Ops)
        {
            if (scheduled is ScheduledKernel kernel)
                AddKernel(kernel);
            else if (scheduled is ScheduledMatMul product)
                AddMatMul(product.Product, graph.Values.FirstResult(product.Node), product.Start);
            else if (!early.Contains(((ScheduledNode)scheduled).Node))
                AddOp(graph.Nodes[((ScheduledNode)scheduled).Node], ((ScheduledNode)scheduled).Node);
        }
    }

    // A kernel compares indices with places, so an index that names none is found here.
    private void CheckIndices(ScheduledKernel kernel)
    {
        foreach (int value in kernel.Inputs.Where(input => !graph.Values.Type(input).IsReal && indicesChecked.Add(input)))
        {
            foreach (MarkOp mark in Readers.Of(value).Select(n => graph.Nodes[n].Op).OfType<MarkOp>().Distinct())
            {
                int largest = mark.Largest(mark.Places.Evaluate(context.Sizes));
                Commands.Add(new CheckIndicesCommand(ViewOf(value), largest, mark.Ignored, mark.Cure, NameOf(value)));
            }
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

    // The sum over time that the command of this value may add to directly; null if there is none.
    private BufferView? SumDestination(int value) =>
        sumDestinations.TryGetValue(value, out BufferView? sum) && sumsDone.Add(value) ? sum : null;

    private BufferView Destination(int value) => destinations.TryGetValue(value, out BufferView? destination)
        ? destination
        : context.Allocate(context.Shape(graph.Values.Type(value)), graph.Values.Type(value).Element);

    // For a command that writes without strides.
    private BufferView DenseDestination(int value)
    {
        BufferView destination = Destination(value);
        return destination.IsContiguous ? destination : context.Allocate(destination.Shape, graph.Values.Type(value).Element);
    }

    private void AddKernel(ScheduledKernel kernel)
    {
        CheckIndices(kernel);
        foreach (int output in kernel.Outputs)
            views[output] = Destination(output);
        BufferView[] operands = kernel.Inputs.Concat(kernel.Outputs).Select(Materialised).ToArray();
        int[] rows = kernel.Rows.Select(dim => dim.Evaluate(context.Sizes)).ToArray();
        Commands.Add(new KernelCommand(kernel, operands, rows, kernel.Columns.Evaluate(context.Sizes), ActiveRowsOf(kernel)));
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

    private BufferView Source(Node node) => ViewOf(node.Operands[0]);

    private string NameOf(int value) => InputName.Of(graph, value) ?? "the indices";

    private BufferView Contiguous(int value) => ViewOf(value).IsContiguous ? ViewOf(value) : Dense(value);

    // A copy without gaps.
    private BufferView Dense(int value)
    {
        BufferView view = ViewOf(value), dense = context.Allocate(view.Shape, graph.Values.Type(value).Element);
        Copy(value, dense);
        return dense;
    }

    // A loop-invariant value is copied before the loop.
    private void Copy(int value, BufferView to)
    {
        if (IsBody && IsInvariant(value))
            AddOnce(new CopyCommand(ViewOf(value).Outside(), to), value);
        else
            Commands.Add(new CopyCommand(ViewOf(value), to));
    }

    private void AddConcat(Node node, int value, ConcatOp concat)
    {
        if (IsWeight(value))
            return;
        if (IsConcatenatedRow(value))
        {
            // A product from which its chains start puts it together.
            if (IsBody && !OnlyProductsStartFrom(value))
                views[value] = ConcatenatedRow(value);
            return;
        }

        BufferView whole = destinations[value];
        int start = 0;
        foreach (int operand in node.Operands)
        {
            BufferView part = whole.Slice(concat.Axis, start, ViewOf(operand).Shape[concat.Axis]);
            start += ViewOf(operand).Shape[concat.Axis];
            if (!ViewOf(operand).IsSamePlace(part))
                Commands.Add(new CopyCommand(ViewOf(operand), part));
        }

        views[value] = whole;
    }

    // Copies the result of a command without strides to its destination.
    private void CopyToDestination(int value)
    {
        if (!destinations.TryGetValue(value, out BufferView? destination))
            return;

        Commands.Add(new CopyCommand(views[value]!, destination));
        views[value] = destination;
    }

    private void AddHostOp(Node node, int value, string reason)
    {
        BufferView[] results = node.Results.Select(type => context.Allocate(context.Shape(type), type.Element)).ToArray();
        BufferView[] operands = node.Operands.Select(
            operand => IsWeight(operand) && views[operand] is null ? Concatenated(operand) : ViewOf(operand)).ToArray();
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

    private void AddColumns(BufferView a, BufferView? b, BufferView result, (int Rows, long Stride, int Columns) columns, int value,
        ActiveRows? active, bool forwards, long bStride = 0)
    {
        BufferView? sum = SumDestination(value);
        ActiveRows? rows =
            active is not null && columns.Rows == active.Steps * (active.Axes == ActiveAxes.SumOfSteps ? 1 : active.Batch) ? active : null;
        Commands.Add(new ColumnSumCommand(a, b, sum ?? result, columns.Rows, columns.Stride, bStride, columns.Columns, sum is not null,
            forwards, rows));
    }
}
