using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>
/// Additions that are no work of their own: the chains of a product start from the other summand. Which these are follows from the graph
/// alone, so that a number is the same bits wherever its step is computed.
/// </summary>
public sealed class AccumulatorInits
{
    private readonly Graph graph;
    private readonly List<int>[] users;
    private readonly Dictionary<int, ScheduledMatMul> found = [];

    private AccumulatorInits(Graph graph)
    {
        this.graph = graph;
        users = Enumerable.Range(0, graph.Values.Count).Select(_ => new List<int>()).ToArray();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            foreach (int operand in graph.Nodes[n].Operands)
                users[operand].Add(n);
        }
    }

    /// <summary>The additions by node.</summary>
    public static IReadOnlyDictionary<int, ScheduledMatMul> Of(Graph graph)
    {
        var sums = new AccumulatorInits(graph);
        var outputs = new HashSet<int>(graph.Outputs.Select(output => output.Value));
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Op is not AddOp)
                continue;

            // Of two products the later one starts from the earlier.
            foreach (int product in graph.Nodes[n].Operands.OrderByDescending(operand => operand))
            {
                int start = graph.Nodes[n].Operands[0] == product ? graph.Nodes[n].Operands[1] : graph.Nodes[n].Operands[0];
                if (start == product || !sums.IsLoneProduct(product, n) || outputs.Contains(product)
                    || !sums.IsStart(start, graph.Values.Type(product)))
                    continue;
                sums.found[n] = new ScheduledMatMul(n, graph.Values.Node(product), start);
                break;
            }
        }

        return sums.found;
    }

    /// <summary>Products of rows with a matrix; sums over rows and time have chains of their own.</summary>
    public static bool CanStart(ContractOp op) =>
        op.Result.Length > 1 && op.Left.Length > 0 && op.Right.Length > 0 && op.Left != op.Right
            && (op.Left[0] != op.Right[0] || op.Result.Contains(op.Left[0]));

    /// <summary>True for an initial value that is a row vector: a parameter or constant of rank 1, or a concatenation of them.</summary>
    public static bool IsRow(Graph graph, int value) => graph.Values.Type(value) is { Rank: 1, IsReal: true }
        && (IsWeight(graph, value) || (value >= graph.Inputs.Count && graph.Nodes[graph.Values.Node(value)] is { Op: ConcatOp } concat
            && concat.Operands.All(part => IsWeight(graph, part))));

    // Through views, for a loop may be given a part as well as the whole.
    private static bool IsWeight(Graph graph, int value) => value < graph.Inputs.Count
        ? graph.Inputs[value].Role is PortRole.Parameter or PortRole.Constant
        : graph.Nodes[graph.Values.Node(value)] is { Op: SliceOp or ReshapeOp } view && IsWeight(graph, view.Operands[0]);

    private bool IsLoneProduct(int value, int reader) => graph.Values.Node(value) is int maker and >= 0
        && graph.Nodes[maker].Op is ContractOp op && CanStart(op) && users[value].Count == 1
        && graph.Values.Type(value) == graph.Nodes[reader].Results[0];

    // Initial values are values that are in memory anyway; a kernel's result would have to be stored first.
    private bool IsStart(int value, TensorType type) =>
        graph.Values.Type(value) == type ? Lies(value) : IsRow(graph, value)
            && graph.Values.Type(value).Dims[0] == type.Dims[type.Rank - 1];

    private bool Lies(int value)
    {
        if (value < graph.Inputs.Count)
            return true;
        int maker = graph.Values.Node(value);
        return graph.Nodes[maker].Op switch
        {
            ContractOp or ScanOp => true,
            AddOp => found.ContainsKey(maker),
            SliceOp => Lies(graph.Nodes[maker].Operands[0]),
            _ => false,
        };
    }
}
