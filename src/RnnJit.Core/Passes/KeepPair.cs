using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Passes;

/// <summary>Selects, for one forward scan and its adjoint, the values that the forward scan stores.</summary>
internal sealed class KeepPair
{
    // In vectors moved per element: a value at hand is read, a kept one is written, read and takes memory.
    private const double ReadCost = 1, KeepCost = 3, WriteCost = 2, RowFraction = 0.05;

    private readonly Graph program;
    private readonly int forwardNode;
    private readonly int adjointNode;
    private readonly ScanOp forward;
    private readonly ScanOp adjoint;
    private readonly HashSet<int> outside;
    private readonly Dictionary<int, int> counterparts;

    public KeepPair(Graph program, int forwardNode, int adjointNode)
    {
        this.program = program;
        this.forwardNode = forwardNode;
        this.adjointNode = adjointNode;
        forward = (ScanOp)program.Nodes[forwardNode].Op;
        adjoint = (ScanOp)program.Nodes[adjointNode].Op;
        var step = new RepeatedStep(program, forwardNode);
        outside = step.MatchOutside(adjointNode);
        counterparts = step.In(adjointNode);
    }

    public Graph Run()
    {
        int[] needed = Needed().Distinct().ToArray();
        int[] kept = needed.Length == 0 ? [] : Cut(needed);
        return kept.Length == 0 ? program : new KeepRewrite(program, forwardNode, adjointNode, kept, counterparts).Run();
    }

    // Values of the forward step that the cotangents' arithmetic reads.
    private IEnumerable<int> Needed()
    {
        Graph body = adjoint.Body;
        bool Changes(int value) => counterparts.TryGetValue(value, out int match)
            && (match >= forward.Body.Inputs.Count || forward.Body.Inputs[match].Role is not (PortRole.Constant or PortRole.Table));
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
        var atHand = new HashSet<int>(Enumerable.Range(0, forward.Sequences)
            .Concat(body.Outputs.Where(output => output.Role == OutputRole.Yield).Select(output => output.Value)));
        StepClass[] classes = StepClasses.Of(body);
        var summands =
            new HashSet<int>(AccumulatorInits.Of(body).Values.Select(sum => body.Values.FirstResult(sum.Product)).Except(needed));
        for (int v = 0; v < count; v++)
        {
            if (classes[v] == StepClass.Invariant)
                continue;
            // A product that takes an addition over is never there alone.
            cut.Edge(2 * v, (2 * v) + 1,
                summands.Contains(v) ? MinimumCut.Infinite : Size(v) * (atHand.Contains(v) || IsGathered(v) ? ReadCost : KeepCost));
            if (v < body.Inputs.Count || !IsCheap(v))
            {
                cut.Edge(source, 2 * v, MinimumCut.Infinite);
                continue;
            }

            foreach (int operand in body.Nodes[body.Values.Node(v)].Operands.Where(operand => classes[operand] != StepClass.Invariant))
                cut.Edge((2 * operand) + 1, 2 * v, MinimumCut.Infinite);
        }

        // A value that the adjoint yields costs a write in the adjoint, unless the forward scan stores it.
        foreach (int v in adjoint.Body.Outputs.Where(output => output.Role == OutputRole.Yield && counterparts.ContainsKey(output.Value))
            .Select(output => counterparts[output.Value]).Distinct())
            cut.Edge(source, 2 * v, WriteCost * Size(v));
        foreach (int v in needed)
            cut.Edge((2 * v) + 1, sink, MinimumCut.Infinite);
        bool[] side = cut.SourceSide(source, sink);
        return Enumerable.Range(0, count).Where(v => side[2 * v] && !side[(2 * v) + 1] && !IsGathered(v)).ToArray();
    }

    private double Size(int value) =>
        forward.Body.Values.Type(value) is { Rank: > 0 } type && type.Dims[type.Rank - 1].IsOne ? RowFraction : 1;

    // True for a gather from a table: the adjoint gathers the value again, from the table's final contents.
    private bool IsGathered(int value) =>
        forward.Body.Values.Node(value) is int node and >= 0 && forward.Body.Nodes[node] is { Op: GatherOp } gather
        && gather.Operands[0] < forward.Body.Inputs.Count && forward.Body.Inputs[gather.Operands[0]].Role == PortRole.Table;

    // True for a value that is cheap to recompute inside the adjoint's loop; false for values that HoistAndSink moved out of it.
    private bool IsCheap(int value) => !outside.Contains(value) && forward.Body.Nodes[forward.Body.Values.Node(value)].Op switch
    {
        ExpOp or LogOp or TanhOp or SigmoidOp or SqrtOp or DivOp => false,
        ElementwiseOp => true,
        { Family: OpFamily.View } => true,
        _ => false,
    };
}
