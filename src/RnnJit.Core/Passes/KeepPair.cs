using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Decides for one forward scan and its adjoint what is stored.</summary>
internal sealed class KeepPair
{
    // In vectors moved per element: a value at hand is read, a kept one is written, read and takes memory.
    private const double ReadCost = 1, KeepCost = 3, RowFraction = 0.05;

    private readonly Graph program;
    private readonly int forwardNode;
    private readonly int adjointNode;
    private readonly ScanOp forward;
    private readonly ScanOp adjoint;
    private readonly Dictionary<string, int> table = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> timed = [];
    private readonly Dictionary<int, int> constant = [];
    private readonly Dictionary<int, int> counterparts = [];
    private readonly HashSet<int> outside = [];

    public KeepPair(Graph program, int forwardNode, int adjointNode)
    {
        this.program = program;
        this.forwardNode = forwardNode;
        this.adjointNode = adjointNode;
        forward = (ScanOp)program.Nodes[forwardNode].Op;
        adjoint = (ScanOp)program.Nodes[adjointNode].Op;
    }

    public Graph Run()
    {
        FillTable();
        MatchOutside();
        MatchBody();
        int[] needed = Needed().Distinct().ToArray();
        int[] kept = needed.Length == 0 ? [] : Cut(needed);
        return kept.Length == 0 ? program : new KeepRewrite(program, forwardNode, adjointNode, kept, counterparts).Run();
    }

    // What the forward body computes, by op and operands.
    private void FillTable()
    {
        Graph body = forward.Body;
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            if (body.Nodes[n].Results.Count == 1 && body.Nodes[n].Op.Family != OpFamily.Leaf)
                table[Key(body.Nodes[n].Op, body.Nodes[n].Operands.Select(operand => Operand(body, operand)))] = body.Values.FirstResult(n);
        }

        Node node = program.Nodes[forwardNode];
        for (int i = 0; i < forward.Sequences; i++)
            timed[node.Operands[i]] = i;
        for (int i = forward.Sequences + forward.States; i < body.Inputs.Count; i++)
            constant[node.Operands[i]] = i;
        for (int s = 0; s < forward.States; s++)
        {
            // The adjoint gathers from the table as it is at the end what the step gathered from it on the way.
            if (forward.IsTable(s))
                constant[program.Values.FirstResult(forwardNode) + s] = forward.Sequences + s;
        }

        for (int y = 0; y < forward.Yields; y++)
            timed[program.Values.FirstResult(forwardNode) + forward.States + y] = body.Outputs[forward.States + y].Value;
    }

    private static string Key(Op op, IEnumerable<string> operands) => $"{op}({string.Join(",", operands)})";

    private static string Operand(Graph graph, int value) => Scalar(graph, value) ?? "%" + value;

    private static string? Scalar(Graph graph, int value) =>
        graph.Values.Node(value) is int node and >= 0 && graph.Nodes[node].Op is ConstantOp { Type.Rank: 0 } number ? ConstantOp.Format(number.Value) : null;

    // Work of the adjoint's repeated step that Distribute took out of its loop: the forward body did it step by step.
    private void MatchOutside()
    {
        for (int n = 0; n < adjointNode; n++)
        {
            Node node = program.Nodes[n];
            int result = program.Values.FirstResult(n);
            if (node.Results.Count != 1 || node.Op.Family == OpFamily.Leaf || timed.ContainsKey(result))
                continue;
            bool[] changes = node.Operands.Select(timed.ContainsKey).ToArray();
            bool known = node.Operands.All(operand => timed.ContainsKey(operand) || constant.ContainsKey(operand) || Scalar(program, operand) is not null);
            if (!known || !changes.Any(c => c) || TimeLift.Lower(node.Op, changes, forward.Time) is not { } op)
                continue;
            IEnumerable<string> operands = node.Operands.Select(operand =>
                Scalar(program, operand) ?? "%" + (timed.TryGetValue(operand, out int value) ? value : constant[operand]));
            if (table.TryGetValue(Key(op, operands), out int match))
            {
                timed[result] = match;
                outside.Add(match);
            }
        }
    }

    private void MatchBody()
    {
        Graph body = adjoint.Body;
        Node node = program.Nodes[adjointNode];
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            if (body.Inputs[i].Role == PortRole.Sequence && timed.TryGetValue(node.Operands[i], out int value))
                counterparts[i] = value;
            else if (body.Inputs[i].Role == PortRole.Constant && constant.TryGetValue(node.Operands[i], out value))
                counterparts[i] = value;
        }

        for (int n = 0; n < body.Nodes.Count; n++)
        {
            Node inner = body.Nodes[n];
            if (inner.Results.Count != 1 || inner.Op.Family == OpFamily.Leaf
                || !inner.Operands.All(operand => counterparts.ContainsKey(operand) || Scalar(body, operand) is not null))
                continue;
            IEnumerable<string> operands = inner.Operands.Select(operand => Scalar(body, operand) ?? "%" + counterparts[operand]);
            if (table.TryGetValue(Key(inner.Op, operands), out int match))
                counterparts[body.Values.FirstResult(n)] = match;
        }
    }

    // Values of the forward step that the cotangents' arithmetic reads.
    private IEnumerable<int> Needed()
    {
        Graph body = adjoint.Body;
        bool Changes(int value) => counterparts.TryGetValue(value, out int match) && (match >= forward.Body.Inputs.Count || forward.Body.Inputs[match].Role is not (PortRole.Constant or PortRole.Table));
        foreach (Output output in body.Outputs.Where(output => Changes(output.Value)))
            yield return counterparts[output.Value];
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            if (counterparts.ContainsKey(body.Values.FirstResult(n)))
                continue;
            foreach (int operand in body.Nodes[n].Operands.Where(Changes))
                yield return counterparts[operand];
        }
    }

    private int[] Cut(int[] needed)
    {
        Graph body = forward.Body;
        int count = body.Values.Count, source = 2 * count, sink = source + 1;
        var cut = new MinimumCut(sink + 1);
        var atHand = new HashSet<int>(Enumerable.Range(0, forward.Sequences).Concat(body.Outputs.Where(output => output.Role == OutputRole.Yield).Select(output => output.Value)));
        StepClass[] classes = StepClasses.Of(body);
        for (int v = 0; v < count; v++)
        {
            if (classes[v] == StepClass.Invariant)
                continue;
            TensorType type = body.Values.Type(v);
            double size = type.Rank > 0 && type.Dims[type.Rank - 1].IsOne ? RowFraction : 1;
            cut.Edge(2 * v, (2 * v) + 1, size * (atHand.Contains(v) || IsGathered(v) ? ReadCost : KeepCost));
            if (v < body.Inputs.Count || !IsCheap(v))
            {
                cut.Edge(source, 2 * v, MinimumCut.Infinite);
                continue;
            }

            foreach (int operand in body.Nodes[body.Values.Node(v)].Operands.Where(operand => classes[operand] != StepClass.Invariant))
                cut.Edge((2 * operand) + 1, 2 * v, MinimumCut.Infinite);
        }

        foreach (int v in needed)
            cut.Edge((2 * v) + 1, sink, MinimumCut.Infinite);
        bool[] side = cut.SourceSide(source, sink);
        return Enumerable.Range(0, count).Where(v => side[2 * v] && !side[(2 * v) + 1] && !IsGathered(v)).ToArray();
    }

    // The adjoint gathers it itself, from the table as it is at the end.
    private bool IsGathered(int value) => forward.Body.Values.Node(value) is int node and >= 0 && forward.Body.Nodes[node] is { Op: GatherOp } gather
        && gather.Operands[0] < forward.Body.Inputs.Count && forward.Body.Inputs[gather.Operands[0]].Role == PortRole.Table;

    // Cheap to repeat inside the adjoint's loop. What Distribute moved out of it is not.
    private bool IsCheap(int value) => !outside.Contains(value) && forward.Body.Nodes[forward.Body.Values.Node(value)].Op switch
    {
        ExpOp or LogOp or TanhOp or SigmoidOp or SqrtOp or DivOp => false,
        ElementwiseOp => true,
        { Family: OpFamily.View } => true,
        _ => false,
    };
}
