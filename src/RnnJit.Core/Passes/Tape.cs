using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The nodes of a graph as they are copied, so that cotangents can run over them backwards.</summary>
internal sealed class Tape(GraphBuilder builder)
{
    private readonly List<(Op Op, Value[] Operands, Value[] Results)> entries = [];
    private readonly Dictionary<int, Value> cotangents = [];

    /// <summary>Copies a graph. Scans yield the states they read, which their adjoints need.</summary>
    public Value[] Record(Graph graph, Value[] arguments)
    {
        var values = new Value[graph.Values.Count];
        Array.Copy(arguments, values, graph.Inputs.Count);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            int first = graph.Values.FirstResult(n);
            if (node.Op.Family == OpFamily.Leaf)
            {
                builder.InlineNode(graph, n, values);
                continue;
            }

            var scan = node.Op as ScanOp;
            Op op = scan is null ? node.Op : ScanAdjoint.YieldStates(scan);
            Value[] operands = node.Operands.Select(operand => values[operand]).ToArray(), results = builder.AddMany(op, operands);
            entries.Add((op, operands, results));
            int added = results.Length - node.Results.Count;
            for (int r = 0; r < node.Results.Count; r++)
            {
                bool behindNewYields = scan is not null && r >= scan.States + scan.Yields;
                values[first + r] = results[behindNewYields ? r + added : r];
                if (graph.LocalNames.TryGetValue(first + r, out string? name))
                    builder.Label(values[first + r], name);
            }
        }

        return values;
    }

    public Value? Cotangent(Value value) => cotangents.TryGetValue(value.Id, out Value? found) ? found : null;

    public void Seed(Value value, Value cotangent) =>
        cotangents[value.Id] = cotangents.TryGetValue(value.Id, out Value? sum) ? sum + cotangent : cotangent;

    /// <summary>Runs over the nodes backwards. Only values that depend on <paramref name="roots"/> get a cotangent.</summary>
    public void Backward(IEnumerable<Value> roots)
    {
        var active = new HashSet<int>(roots.Select(root => root.Id));
        foreach (var (_, operands, results) in entries)
        {
            if (operands.Any(operand => active.Contains(operand.Id)))
                active.UnionWith(results.Where(result => result.Type.IsReal).Select(result => result.Id));
        }

        for (int e = entries.Count - 1; e >= 0; e--)
        {
            var (op, operands, results) = entries[e];
            Value?[] incoming = results.Select(Cotangent).ToArray();
            if (incoming.All(cotangent => cotangent is null) || !operands.Any(operand => active.Contains(operand.Id)))
                continue;
            Value?[] outgoing = op is ScanOp scan
                ? ScanAdjoint.Run(scan, operands, results, incoming)
                : op.Gradient(operands, results, incoming);
            for (int i = 0; i < operands.Length; i++)
            {
                if (outgoing[i] is { } gradient && active.Contains(operands[i].Id))
                    Seed(operands[i], Broadcast.Undo(gradient, operands[i].Type));
            }
        }
    }
}
