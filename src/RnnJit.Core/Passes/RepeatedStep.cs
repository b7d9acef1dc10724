using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Recognises values of one loop's step that other loops recompute: the same op on the same operands.</summary>
internal sealed class RepeatedStep
{
    private readonly Graph program;
    private readonly int node;
    private readonly ScanOp scan;
    private readonly Dictionary<string, int> table = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> timed = [];
    private readonly Dictionary<int, int> constant = [];
    private readonly int[] first;

    /// <param name="node">The loop whose step is repeated.</param>
    public RepeatedStep(Graph program, int node)
    {
        this.program = program;
        this.node = node;
        scan = (ScanOp)program.Nodes[node].Op;
        first = Enumerable.Range(0, scan.Body.Values.Count).ToArray();
        FillTable();
    }

    /// <summary>The first value of the step with the same op and operands, which represents all its repetitions.</summary>
    public int First(int value) => first[value];

    /// <summary>Finds nodes outside loops that compute values of the step for all time steps at once, as HoistAndSink leaves them.
    /// <see cref="In"/> then treats these values as known.</summary>
    /// <param name="end">The node before which to look.</param>
    /// <returns>The values of the step that are computed outside the loop.</returns>
    public HashSet<int> MatchOutside(int end)
    {
        var outside = new HashSet<int>();
        for (int n = 0; n < end; n++)
        {
            Node maker = program.Nodes[n];
            int result = program.Values.FirstResult(n);
            if (maker.Results.Count != 1 || maker.Op.Family == OpFamily.Leaf || timed.ContainsKey(result))
                continue;
            bool[] changes = maker.Operands.Select(timed.ContainsKey).ToArray();
            bool known = maker.Operands.All(
                operand => timed.ContainsKey(operand) || constant.ContainsKey(operand) || Scalar(program, operand) is not null);
            if (!known || !changes.Any(c => c) || TimeLift.Lower(maker.Op, changes, scan.Time) is not { } op)
                continue;
            IEnumerable<string> operands = maker.Operands.Select(operand =>
                Scalar(program, operand) ?? "%" + (timed.TryGetValue(operand, out int value) ? value : constant[operand]));
            if (table.TryGetValue(Key(op, operands), out int match))
            {
                timed[result] = match;
                outside.Add(match);
            }
        }

        return outside;
    }

    /// <summary>The values of another loop's body that repeat values of the step: value of that body → value of the step.</summary>
    /// <param name="read">Values of that body that are known to be sequences of the program.</param>
    public Dictionary<int, int> In(int other, IReadOnlyDictionary<int, int>? read = null)
    {
        var counterparts = new Dictionary<int, int>();
        Node later = program.Nodes[other];
        Graph body = ((ScanOp)later.Op).Body;
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            if (body.Inputs[i].Role == PortRole.Sequence && timed.TryGetValue(later.Operands[i], out int value))
                counterparts[i] = value;
            else if (body.Inputs[i].Role == PortRole.Constant && constant.TryGetValue(later.Operands[i], out value))
                counterparts[i] = value;
        }

        for (int n = 0; n < body.Nodes.Count; n++)
        {
            Node inner = body.Nodes[n];
            int result = body.Values.FirstResult(n);
            if (read is not null && read.TryGetValue(result, out int sequence) && timed.TryGetValue(sequence, out int same))
                counterparts[result] = same;
            if (inner.Results.Count != 1 || inner.Op.Family == OpFamily.Leaf
                || !inner.Operands.All(operand => counterparts.ContainsKey(operand) || Scalar(body, operand) is not null))
                continue;
            IEnumerable<string> operands = inner.Operands.Select(operand => Scalar(body, operand) ?? "%" + counterparts[operand]);
            if (table.TryGetValue(Key(inner.Op, operands), out int match))
                counterparts[result] = match;
        }

        return counterparts;
    }

    private static string Key(Op op, IEnumerable<string> operands) => $"{op}({string.Join(",", operands)})";

    // A number that every graph may write down for itself: 1, or the extent of a dimension.
    private static string? Scalar(Graph graph, int value) =>
        graph.Values.Node(value) is not (int maker and >= 0) ? null : graph.Nodes[maker].Op switch
        {
            ConstantOp { Type.Rank: 0 } number => ConstantOp.Format(number.Value),
            ExtentOp extent => extent.ToString(),
            _ => null,
        };

    // Fills the tables: the scan's operands, the step's values by op and operands, and the scan's yields.
    private void FillTable()
    {
        Graph body = scan.Body;
        Node loop = program.Nodes[node];
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            bool isState = i >= scan.Sequences && i < scan.Sequences + scan.States;
            Dictionary<int, int> given = i < scan.Sequences ? timed : constant;
            if (!isState && given.TryGetValue(loop.Operands[i], out int twice))
                first[i] = twice;
            else if (!isState)
                given[loop.Operands[i]] = i;
        }

        for (int n = 0; n < body.Nodes.Count; n++)
        {
            if (body.Nodes[n].Results.Count != 1 || body.Nodes[n].Op.Family == OpFamily.Leaf)
                continue;
            string key = Key(body.Nodes[n].Op, body.Nodes[n].Operands.Select(operand => Scalar(body, operand) ?? "%" + first[operand]));
            int value = body.Values.FirstResult(n);
            if (table.TryGetValue(key, out int known))
                first[value] = known;
            else
                table[key] = value;
        }

        for (int s = 0; s < scan.States; s++)
        {
            // The adjoint gathers from the table's final contents the rows that the step gathered.
            if (scan.IsTable(s))
                constant[program.Values.FirstResult(node) + s] = scan.Sequences + s;
        }

        for (int y = 0; y < scan.Yields; y++)
            timed[program.Values.FirstResult(node) + scan.States + y] = first[body.Outputs[scan.States + y].Value];
    }
}
