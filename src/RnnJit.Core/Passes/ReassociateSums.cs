using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Passes;

/// <summary>
/// Reassociates sums in loop bodies so that input product and bias are adjacent and can be hoisted together: (h·U + x·W) + b ⇒ (x·W + b) +
/// h·U. The product's accumulators then start from b. Products that depend only on states of earlier loops are grouped likewise, where
/// <see cref="LoopFission"/> will cut. An adjoint loop has the forward states among its sequences: sums that it repeats from the forward
/// loop get the order that they have there, and its own sums stay.
/// </summary>
public static class ReassociateSums
{
    public const string Name = "reassociate-sums";

    public static Graph Run(Graph program)
    {
        Dictionary<int, int[]>[] orders = Orders(program);
        var rebuild = new Rebuild(program);
        rebuild.Replace = n =>
        {
            if (program.Nodes[n].Op is not ScanOp scan || (!scan.HasLoops && orders[n].Count == 0))
                return null;
            Graph body = scan.HasLoops ? Run(scan.Body) : Reordered(scan.Body, orders[n]);
            return rebuild.Builder.AddMany(new ScanOp(body, scan.Time, scan.Reverse, scan.HasLengths),
                program.Nodes[n].Operands.Select(rebuild.Get).ToArray());
        };
        return program.Nodes.Any(node => node.Op is ScanOp { HasLoops: true })
            || orders.Any(order => order.Count > 0) ? rebuild.Run() : program;
    }

    /// <summary>
    /// True where a value is the sum of a product that leaves the loop and a bias row, and nothing else reads the product.
    /// </summary>
    /// <param name="readers">The number of nodes that read each value.</param>
    /// <param name="leaves">True for products that are computed for all steps at once, outside the loop.</param>
    internal static bool IsUnit(Graph body, int value, int[] readers, Func<int, bool> leaves)
    {
        Node node = body.Nodes[body.Values.Node(value)];
        return node.Op is AddOp && leaves(node.Operands[0]) && AccumulatorInits.IsRow(body, node.Operands[1])
            && readers[node.Operands[0]] == 1;
    }

    internal static bool IsProduct(Graph body, int value) =>
        body.Values.Node(value) is int maker and >= 0 && body.Nodes[maker].Op is ContractOp op && AccumulatorInits.CanStart(op);

    // For each loop the sums that change, by node: their summands in the new order.
    private static Dictionary<int, int[]>[] Orders(Graph program)
    {
        var orders = new Dictionary<int, int[]>[program.Nodes.Count];
        ILookup<int, int> forwards = Adjoints.Of(program).ToLookup(pair => pair.Adjoint, pair => pair.Forward);
        for (int n = 0; n < orders.Length; n++)
            orders[n] =
                program.Nodes[n].Op is ScanOp { HasLoops: false } scan ? Repeated(program, forwards[n], n, orders) ?? Found(scan) : [];
        return orders;
    }

    // The sums that an adjoint repeats; null if it repeats nothing.
    private static Dictionary<int, int[]>? Repeated(Graph program, IEnumerable<int> forwards, int adjoint, Dictionary<int, int[]>[] orders)
    {
        Graph body = ((ScanOp)program.Nodes[adjoint].Op).Body;
        bool repeats = false;
        var found = new Dictionary<int, int[]>();
        foreach (int forward in forwards)
        {
            var repeated = new RepeatedStep(program, forward);
            Dictionary<int, int> counterparts = repeated.In(adjoint);
            ValueTable step = ((ScanOp)program.Nodes[forward].Op).Body.Values;
            Dictionary<int, int> back = counterparts.GroupBy(pair => pair.Value).ToDictionary(same => same.Key, same => same.First().Key);
            foreach (var pair in counterparts.Where(pair => pair.Key >= body.Inputs.Count))
            {
                repeats = true;
                if (step.Node(pair.Value) is int sum and >= 0 && orders[forward].TryGetValue(sum, out int[]? order)
                    && order.All(summand => back.ContainsKey(repeated.First(summand))))
                    found[body.Values.Node(pair.Key)] = order.Select(summand => back[repeated.First(summand)]).ToArray();
            }
        }

        return repeats ? found : null;
    }

    private static Dictionary<int, int[]> Found(ScanOp scan)
    {
        Graph body = scan.Body;
        StepClass[] classes = StepClasses.Of(body);
        int[] uses = Liveness.Uses(body);
        bool[] inner = Liveness.InnerSums(body, uses);
        var levels = new Lazy<SplitLevels?>(() => SplitLevels.Of(scan));
        var found = new Dictionary<int, int[]>();
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            int root = body.Values.FirstResult(n);
            if (body.Nodes[n].Op is not AddOp || inner[root])
                continue;
            List<int> summands = GroupedTerms.Terms(body, n, inner);
            int row = summands.FindIndex(value => AccumulatorInits.IsRow(body, value));
            if (row < 0)
                continue;
            bool IsLone(int value) => IsProduct(body, value) && uses[value] == 1 && body.Values.Type(value) == body.Values.Type(root);
            int product = summands.FindIndex(value => IsLone(value) && classes[value] == StepClass.Sequence);
            if (product < 0)
                product = summands.FindIndex(value => IsLone(value) && levels.Value?.GroupOf(value) is not null);
            if (product < 0 || (summands.Count == 2 && product == 0))
                continue;
            found[n] = [summands[product], summands[row], .. summands.Where((_, i) => i != product && i != row)];
        }

        return found;
    }

    private static Graph Reordered(Graph body, Dictionary<int, int[]> orders)
    {
        var rebuild = new Rebuild(body);
        rebuild.Replace = n => orders.TryGetValue(n, out int[]? order) ? [
            order.Select(rebuild.Get).Aggregate((a, b) => rebuild.Builder.Add(AddOp.Instance, a, b))] : null;
        return new Rebuild(rebuild.Run()).Run();
    }
}
