using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Passes;

/// <summary>
/// Parts of a merged product that are each added to something become parts of one sum: [x·A + a, x·B + b] ⇒ x·[A B] + [a b],
/// and likewise where the other summands are the parts of another product. The chains of the product can start from such a
/// summand, and nothing is left to add.
/// </summary>
public static class FoldAccumulatorInit
{
    public const string Name = "fold-accumulator-init";

    public static Graph Run(Graph program)
    {
        Graph whole = new Rebuild(WholeSequences(Sums(program))).Run();
        var rebuild = new Rebuild(whole);
        return rebuild.Run((node, operands) => node.Op is ScanOp scan
            ? rebuild.Builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
            : null);
    }

    private static Graph Sums(Graph graph)
    {
        var readers = new Readers(graph);
        var replaced = new Dictionary<int, (Sum Sum, SliceOp Part)>();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Op is not ContractOp op || !AccumulatorInits.CanStart(op) || Parts(graph, readers, n) is not { } parts)
                continue;
            if (Summand(graph, n, parts) is not { } sum)
                continue;
            foreach (var (part, add, _) in parts)
                replaced[add] = (sum, part);
        }

        if (replaced.Count == 0)
            return graph;

        var rebuild = new Rebuild(graph);
        rebuild.Replace = n => replaced.TryGetValue(n, out var part) ? [rebuild.Builder.Add(part.Part, part.Sum.Value(rebuild))] : null;
        return new Rebuild(rebuild.Run()).Run();
    }

    // The parts of a product, of which each is read by one addition alone: the part, the addition and the
    // other summand; null if it is otherwise.
    private static List<(SliceOp Part, int Add, int Other)>? Parts(Graph graph, Readers readers, int node)
    {
        int value = graph.Values.FirstResult(node), axis = graph.Values.Type(value).Rank - 1;
        var slices = new Dictionary<Dim, int>();
        foreach (int reader in readers.Of(value))
        {
            if (graph.Nodes[reader].Op is SliceOp part && part.Axis == axis && !slices.ContainsKey(part.Start))
                slices[part.Start] = reader;
        }

        var parts = new List<(SliceOp Part, int Add, int Other)>();
        Dim end = 0;
        for (int left = readers.Count(value); left > 0; left--)
        {
            if (!slices.TryGetValue(end, out int slice) || readers.Only(graph.Values.FirstResult(slice)) is not { } add
                || graph.Nodes[add].Op is not AddOp || graph.Nodes[add].Results[0] != graph.Nodes[slice].Results[0])
                return null;
            int other = graph.Nodes[add].Operands[0] == graph.Values.FirstResult(slice)
                ? graph.Nodes[add].Operands[1]
                : graph.Nodes[add].Operands[0];
            if (other == graph.Values.FirstResult(slice))
                return null;
            parts.Add(((SliceOp)graph.Nodes[slice].Op, add, other));
            end += ((SliceOp)graph.Nodes[slice].Op).Length;
        }

        return parts.Count > 1 && end == graph.Values.Type(value).Dims[axis] ? parts : null;
    }

    private static Sum? Summand(Graph graph, int product, List<(SliceOp Part, int Add, int Other)> parts)
    {
        if (parts.All(part => AccumulatorInits.IsRow(graph, part.Other)))
            return new Sum(graph.Values.FirstResult(product), parts.Select(part => part.Other).ToArray());

        int[] wholes = parts.Select(part => part.Other >= graph.Inputs.Count && graph.Nodes[graph.Values.Node(part.Other)] is { } node
            && node.Op.Equals(part.Part) ? node.Operands[0] : -1).Distinct().ToArray();
        bool same = wholes.Length == 1 && wholes[0] >= 0 && graph.Values.Type(wholes[0]) == graph.Nodes[product].Results[0];
        return same && !Reaches(graph, product, wholes[0]) ? new Sum(graph.Values.FirstResult(product), wholes) : null;
    }

    private static bool Reaches(Graph graph, int from, int value)
    {
        var reached = new HashSet<int> { from };
        for (int n = from + 1; n <= graph.Values.Node(value); n++)
        {
            if (graph.Nodes[n].Operands.Any(operand => reached.Contains(graph.Values.Node(operand))))
                reached.Add(n);
        }

        return reached.Contains(graph.Values.Node(value));
    }

    // Sequences that are the parts of one go into a loop as one, and are cut in it.
    private static Graph WholeSequences(Graph graph)
    {
        var rebuild = new Rebuild(graph);
        return rebuild.Run((node, operands) =>
        {
            if (node.Op is not ScanOp scan)
                return null;

            int[] cut = Enumerable.Range(0, scan.Sequences).Where(i => IsPart(graph, node.Operands[i])).ToArray();
            if (cut.Length < 2)
                return null;
            var wholes = cut
                .GroupBy(i => graph.Nodes[graph.Values.Node(node.Operands[i])].Operands[0])
                .Where(group => group.Count() > 1 && Covers(graph, group.Key, group.Select(i => node.Operands[i])))
                .ToDictionary(group => group.First(), group => group.ToArray());
            return wholes.Count == 0 ? null : WithWholes(graph, rebuild, scan, node, operands, wholes);
        });
    }

    private static Value[] WithWholes(Graph graph, Rebuild rebuild, ScanOp scan, Node node, Value[] operands, Dictionary<int, int[]> wholes)
    {
        Graph body = scan.Body;
        var step = new GraphBuilder();
        var values = new Value[body.Values.Count];
        var given = new List<Value>();
        var cuts = new List<(int Input, Value Whole)>();
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            if (wholes.TryGetValue(i, out int[]? parts))
            {
                int whole = graph.Nodes[graph.Values.Node(node.Operands[i])].Operands[0];
                TensorType type = graph.Values.Type(whole);
                Value port = step.Input(body.Inputs[i].Name, type.WithDims(type.Dims.Skip(1)), PortRole.Sequence);
                given.Add(rebuild.Get(whole));
                cuts.AddRange(parts.Select(part => (part, port)));
            }
            else if (!wholes.Values.Any(group => group.Contains(i)))
            {
                values[i] = step.Input(body.Inputs[i].Name, body.Inputs[i].Type, body.Inputs[i].Role);
                given.Add(operands[i]);
            }
        }

        given.AddRange(operands.Skip(body.Inputs.Count));
        foreach (var (input, whole) in cuts)
        {
            var part = (SliceOp)graph.Nodes[graph.Values.Node(node.Operands[input])].Op;
            values[input] = step.Add(new SliceOp(part.Axis - 1, part.Start, part.Length), whole);
        }

        for (int n = 0; n < body.Nodes.Count; n++)
            step.InlineNode(body, n, values);
        Graph built = step.Build(body.Kind, body.Name, body.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
        return rebuild.Builder.AddMany(new ScanOp(built, scan.Time, scan.Reverse, scan.HasLengths), given.ToArray());
    }

    private static bool IsPart(Graph graph, int value) =>
        value >= graph.Inputs.Count && graph.Nodes[graph.Values.Node(value)].Op is SliceOp slice && slice.Axis > 1
            && slice.Axis == graph.Values.Type(value).Rank - 1;

    private static bool Covers(Graph graph, int whole, IEnumerable<int> parts)
    {
        SliceOp[] slices = parts.Select(part => (SliceOp)graph.Nodes[graph.Values.Node(part)].Op).ToArray();
        TensorType type = graph.Values.Type(whole);
        Dim end = 0;
        for (int left = slices.Length; left > 0; left--)
            end += slices.FirstOrDefault(slice => slice.Start == end)?.Length ?? Dim.Of(0);
        return end == type.Dims[type.Rank - 1];
    }

    // A product and its addends: concatenated rows, or values of the product's type.
    private sealed class Sum(int product, int[] others)
    {
        private Value? value;

        public Value Value(Rebuild rebuild)
        {
            if (value is null)
            {
                Value other = others.Length == 1 ? rebuild.Get(others[0]) : rebuild.Builder.Add(new ConcatOp(0),
                    others.Select(rebuild.Get).ToArray());
                value = rebuild.Builder.Add(AddOp.Instance, rebuild.Get(product), other);
            }

            return value;
        }
    }

    private sealed class Readers
    {
        private readonly List<int>[] readers;

        public Readers(Graph graph)
        {
            readers = Enumerable.Range(0, graph.Values.Count).Select(_ => new List<int>()).ToArray();
            for (int n = 0; n < graph.Nodes.Count; n++)
            {
                foreach (int operand in graph.Nodes[n].Operands)
                    readers[operand].Add(n);
            }

            foreach (Output output in graph.Outputs)
                readers[output.Value].Add(-1);
        }

        public IEnumerable<int> Of(int value) => readers[value].Where(reader => reader >= 0);

        public int Count(int value) => readers[value].Count;

        public int? Only(int value) => readers[value].Count == 1 && readers[value][0] >= 0 ? readers[value][0] : null;
    }
}
