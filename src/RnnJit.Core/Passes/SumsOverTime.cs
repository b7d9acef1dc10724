using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Σ over time of a view of x ⇒ the view of Σ over time of x, Σ over time of a + b ⇒ Σ over time of a + Σ over time of b, and Σ over time
/// of a · w ⇒ (Σ over time of a) · w for a loop-invariant w. The producer of each term then accumulates into the sum directly, and a sum
/// over blocks of time has the accumulation order of a sum over all of time.
/// </summary>
public static class SumsOverTime
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "sums-over-time";

    public static Graph Run(Graph graph)
    {
        while (graph.Nodes.Any(node => node.Op is ScanOp scan && new Terms(scan).Any))
        {
            var rebuild = new Rebuild(graph);
            graph = rebuild.Run((node, operands) =>
                node.Op is ScanOp scan && new Terms(scan) is { Any: true } terms ? terms.Outside(rebuild.Builder, operands) : null);
        }

        return graph;
    }

    // The sums of a scan whose last op can follow them.
    private sealed class Terms
    {
        private readonly ScanOp scan;
        private readonly Graph body;
        private readonly StepClass[] classes;
        private readonly RunningRows rows;
        private readonly HashSet<int> composed;
        private readonly List<Output> outputs = [];
        private readonly Dictionary<int, Value> invariant = [];

        public Terms(ScanOp scan)
        {
            this.scan = scan;
            body = scan.Body;
            classes = StepClasses.Of(scan);
            rows = new RunningRows(scan);
            composed = [.. Enumerable.Range(0, body.Outputs.Count)
                .Where(o => body.Outputs[o].Role == OutputRole.Sum && Maker(o) is { } maker && CanFollow(body.Outputs[o].Value, maker))];
        }

        public bool Any => composed.Count > 0;

        public Value[] Outside(GraphBuilder builder, Value[] operands)
        {
            int[][] positions = Enumerable.Range(0, body.Outputs.Count).Select(o => composed.Contains(o)
                ? Maker(o)!.Operands.Where(term => !IsFactor(Maker(o)!, term))
                    .Select(term => Position(body.Outputs[o] with { Value = term })).ToArray()
                : [Position(body.Outputs[o])]).ToArray();
            var step = new Graph(body.Kind, body.Name, body.Inputs, body.Nodes, outputs.ToEquatable()) { LocalNames = body.LocalNames };
            Value[] results = builder.AddMany(new ScanOp(step, scan.Time, scan.Reverse, scan.HasLengths), operands);
            return positions.Select((terms, o) =>
            {
                if (!composed.Contains(o))
                    return results[terms[0]];
                var sums = new Queue<Value>(terms.Select(term => results[term]));
                Node maker = Maker(o)!;
                return builder.Add(maker.Op, maker.Operands.Select(
                    operand => IsFactor(maker, operand) ? Invariant(builder, operands, operand) : sums.Dequeue()).ToArray());
            }).ToArray();
        }

        // A view, a sum of two terms of the result's shape, or a product with a loop-invariant factor.
        private bool CanFollow(int value, Node maker) => maker.Op switch
        {
            SliceOp or ReshapeOp or TransposeOp => true,
            AddOp => maker.Operands.All(operand => body.Values.Type(operand) == maker.Results[0]),
            ContractOp => !rows.Pairs(value) && maker.Operands.Count(operand => IsFactor(maker, operand)) == 1
                && maker.Operands.Any(operand => !IsFactor(maker, operand) && EndsWithRows(maker, operand)),
            _ => false,
        };

        // True if the term is 0 past the end of each row. A term without a batch axis is not, beside terms that have one.
        private bool EndsWithRows(Node maker, int term) => rows.Has(term) || !maker.Operands.Any(rows.Has);

        private bool IsFactor(Node maker, int operand) => maker.Op is ContractOp && classes[operand] == StepClass.Invariant;

        private Node? Maker(int output) => body.Values.Node(body.Outputs[output].Value) is int maker and >= 0 ? body.Nodes[maker] : null;

        private int Position(Output output)
        {
            int same = output.Role == OutputRole.Sum ? outputs.FindIndex(
                other => other.Role == OutputRole.Sum && other.Value == output.Value) : -1;
            string name = output.Name;
            while (same < 0 && outputs.Any(other => other.Name == name && other.Role == output.Role))
                name += "_";
            if (same < 0)
                outputs.Add(output with { Name = name });
            return same < 0 ? outputs.Count - 1 : same;
        }

        private Value Invariant(GraphBuilder builder, Value[] operands, int value)
        {
            if (value < body.Inputs.Count)
                return operands[value];
            if (invariant.TryGetValue(value, out Value? known))
                return known;

            StackDepth.Require(body);
            int node = body.Values.Node(value), first = body.Values.FirstResult(node);
            var values = new Value[body.Values.Count];
            foreach (int operand in body.Nodes[node].Operands)
                values[operand] = Invariant(builder, operands, operand);
            builder.InlineNode(body, node, values);
            for (int r = 0; r < body.Nodes[node].Results.Count; r++)
                invariant[first + r] = values[first + r];
            return values[value];
        }
    }
}
