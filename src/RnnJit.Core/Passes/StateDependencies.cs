using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The dependencies of a scan body: values that depend on each state, and states that depend on each other.</summary>
internal sealed class StateDependencies
{
    private readonly ScanOp scan;
    private readonly bool[][] reaches;
    private readonly bool[,] needs;

    public StateDependencies(ScanOp scan)
    {
        this.scan = scan;
        reaches = Enumerable.Range(0, scan.States).Select(state => Reached(scan.Body, scan.Sequences + state)).ToArray();
        needs = Closure();
        Components = InOrder();
    }

    /// <summary>The strongly connected components of the relation "the next s needs s'", in topological order, each after those it needs;
    /// states are given by position.</summary>
    public IReadOnlyList<int[]> Components { get; }

    /// <summary>True where a value depends on a state's value before the step.</summary>
    public bool Reaches(int state, int value) => reaches[state][value];

    /// <summary>True where the next value of a state depends on another state, within the step or through earlier steps.</summary>
    public bool Needs(int state, int other) => needs[state, other];

    private static bool[] Reached(Graph body, int from)
    {
        var reached = new bool[body.Values.Count];
        reached[from] = true;
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            bool any = body.Nodes[n].Operands.Any(operand => reached[operand]);
            for (int r = 0; r < body.Nodes[n].Results.Count; r++)
                reached[body.Values.FirstResult(n) + r] = any;
        }

        return reached;
    }

    private bool[,] Closure()
    {
        int count = scan.States;
        var closed = new bool[count, count];
        for (int s = 0; s < count; s++)
        {
            for (int other = 0; other < count; other++)
                closed[s, other] = reaches[other][scan.Body.Outputs[s].Value];
        }

        for (int via = 0; via < count; via++)
        {
            for (int s = 0; s < count; s++)
            {
                for (int other = 0; other < count; other++)
                    closed[s, other] |= closed[s, via] && closed[via, other];
            }
        }

        return closed;
    }

    private List<int[]> InOrder()
    {
        var open = Enumerable.Range(0, scan.States).GroupBy(
            s => Enumerable.Range(0, s + 1).First(first => first == s || (needs[s, first] && needs[first, s])),
            (_, states) => states.ToArray()).ToList();
        var ordered = new List<int[]>();
        while (open.Count > 0)
        {
            int[] next = open.First(component => open.All(other => other == component || !needs[component[0], other[0]]));
            open.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }
}
