using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Assignment of a scan's values to the loops that it is split into. Loops are numbered in execution order.</summary>
internal sealed class SplitLevels
{
    private readonly ScanOp scan;
    private readonly Graph body;
    private readonly StateDependencies dependencies;
    private readonly int[] states;
    private readonly int[] places;
    private readonly int[] readers;
    private readonly bool[][] cones;
    private readonly bool[] liftable;
    private readonly RunningRows rows;

    private SplitLevels(ScanOp scan)
    {
        this.scan = scan;
        body = scan.Body;
        rows = new RunningRows(scan);
        liftable = Liftable(body);
        dependencies = new StateDependencies(scan);
        states = new int[scan.States];
        places = new int[body.Values.Count];
        readers = new int[body.Values.Count];
        cones = Enumerable.Range(0, scan.States).Select(state => Liveness.Run(body, [body.Outputs[state].Value])).ToArray();
        foreach (int[] component in dependencies.Components)
        {
            int level = Level(component);
            foreach (int state in component)
                states[state] = level;
        }
    }

    public int Count => states.DefaultIfEmpty(0).Max() + 1;

    /// <summary>The loops of a scan; null if it stays one.</summary>
    public static SplitLevels? Of(ScanOp scan)
    {
        if (scan.States < 2 || Enumerable.Range(0, scan.States).Any(scan.IsTable) || scan.Body.Nodes.Any(node => node.Results.Count != 1)
            || !RowsAreClear(scan))
            return null;

        var levels = new SplitLevels(scan);
        if (levels.Count == 1)
            return null;
        levels.PlaceValues();
        return levels;
    }

    /// <summary>The loop of a state.</summary>
    public int OfState(int state) => states[state];

    /// <summary>The loop that computes a value or has it as a state; −1 for a value that depends on no state, which every loop that reads
    /// it recomputes.</summary>
    public int OfValue(int value) => places[value];

    /// <summary>Group number, equal for all products that are computed after the same loop for the same later loop; null for other
    /// values.</summary>
    public int? GroupOf(int value) => readers[value] > places[value] ? (places[value] * Count) + readers[value] : null;

    // A loop with lengths takes its batch dimension from its states.
    private static bool RowsAreClear(ScanOp scan)
    {
        if (!scan.HasLengths)
            return true;
        Port[] ports = scan.Body.Inputs.Skip(scan.Sequences).Take(scan.States).ToArray();
        return ports.All(port => port.Type.Rank > 0 && port.Type.Dims[0] == ports[0].Type.Dims[0]);
    }

    private IEnumerable<int> StatesOf(int value) => Enumerable.Range(0, scan.States).Where(state => dependencies.Reaches(state, value));

    // The level of a component is at least the level of the components it reads, and one more than those it multiplies if the product can
    // then leave its loop.
    private int Level(int[] component)
    {
        int level = 0;
        for (int v = 0; v < places.Length; v++)
        {
            if (!component.Any(state => cones[state][v]) || component.Any(state => dependencies.Reaches(state, v)))
                continue;
            foreach (int state in StatesOf(v))
                level = Math.Max(level, states[state] + (CanLeave(v) ? 1 : 0));
        }

        // States that are reached through the component's own values.
        foreach (int[] other in dependencies.Components.TakeWhile(other => other != component))
        {
            if (dependencies.Needs(component[0], other[0]))
                level = Math.Max(level, states[other[0]]);
        }

        return level;
    }

    // True for a product that HoistAndSink takes out of a loop on whose states it does not depend. A product in a cycle with a state stays
    // in that state's loop.
    private bool CanLeave(int value) => body.Values.Node(value) is int node and >= 0 && body.Nodes[node].Op is ContractOp && liftable[value]
        && !rows.Meet(value) && !StatesOf(value).Any(state => cones[state][value]);

    private static bool[] Liftable(Graph body)
    {
        var liftable = new bool[body.Values.Count];
        for (int v = 0; v < liftable.Length; v++)
        {
            liftable[v] = body.Values.Node(v) is not (int node and >= 0) || body.Nodes[node].Op.Family == OpFamily.Leaf
                || (TimeLift.CanLift(body.Nodes[node].Op) && body.Nodes[node].Operands.All(operand => liftable[operand]));
        }

        return liftable;
    }

    // Assigns each value to the earliest loop that has its operands. A product that only later loops need is computed after its loop, with
    // the sum of which it is a term; other users of the product are assigned to the loop that needs them.
    private void PlaceValues()
    {
        for (int v = 0; v < places.Length; v++)
        {
            if (body.Values.Node(v) is not (int n and >= 0))
            {
                places[v] = readers[v] = body.Inputs[v].Role.IsState() ? states[v - scan.Sequences] : -1;
                continue;
            }

            Node node = body.Nodes[n];
            int[] needing = Enumerable.Range(0, scan.States).Where(state => cones[state][v]).Select(state => states[state]).ToArray();
            places[v] = IsSumOfProducts(node) ? places[node.Operands[0]] : node.Operands.Select(operand => readers[operand])
                .DefaultIfEmpty(-1).Max();
            readers[v] =
                places[v] >= 0 && needing.Length > 0 && (node.Op is ContractOp || IsSumOfProducts(node)) ? needing.Min() : places[v];
        }
    }

    private bool IsSumOfProducts(Node node) => node.Op is AddOp
        && node.Operands.All(
            operand => GroupOf(operand) is { } group && group == GroupOf(node.Operands[0]) && body.Values.Type(operand) == node.Results[0]);
}
