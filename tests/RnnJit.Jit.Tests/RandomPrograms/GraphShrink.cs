using System.Diagnostics;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Verify;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>Makes a failing Program smaller while it still fails: fewer outputs, values in the place of others, inputs in the place of
/// work, loops without lengths, smaller sizes.</summary>
internal static class GraphShrink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static GraphCase Run(GraphCase given, Func<GraphCase, bool> fails)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience
            && Smaller(given).FirstOrDefault(candidate => clock.Elapsed < Patience && fails(candidate)) is { } smaller)
            given = smaller;
        return given;
    }

    private static IEnumerable<GraphCase> Smaller(GraphCase given)
    {
        foreach (Graph graph in Smaller(given.Program, isBody: false))
        {
            if (Pruned(graph) is { } pruned && Weight(pruned) < Weight(given.Program))
                yield return given with { Program = pruned };
        }

        foreach (var (symbol, size) in given.Sizes)
        {
            foreach (int smaller in new[] { 1, 2, size / 2, size - 1 }.Where(smaller => smaller >= 1 && smaller < size).Distinct())
                yield return given with
                {
                    Sizes = given.Sizes.ToDictionary(pair => pair.Key, pair => pair.Key == symbol ? smaller : pair.Value)
                };
        }
    }

    // Nodes and ports, in loops too: each candidate has fewer of them, so shrinking ends.
    private static int Weight(Graph graph) => graph.Inputs.Count + graph.Outputs.Count
        + graph.Nodes.Sum(node => node.Op is ScanOp scan ? 2 + Weight(scan.Body) + (scan.HasLengths ? 1 : 0) : 2);

    private static IEnumerable<Graph> Smaller(Graph graph, bool isBody)
    {
        foreach (Output output in isBody ? [] : graph.Outputs)
        {
            if (graph.Outputs.Count > 1)
                yield return graph with { Outputs = new[] { output }.ToEquatable() };
        }

        for (int o = 0; o < graph.Outputs.Count; o++)
        {
            if (!isBody && graph.Outputs.Count > 1)
                yield return graph with { Outputs = graph.Outputs.Where((_, i) => i != o).ToEquatable() };
            if (isBody && graph.Outputs[o].Role == OutputRole.Next && Port(graph, o) is var port && graph.Outputs[o].Value != port)
                yield return graph with
                {
                    Outputs = graph.Outputs.Select((output, i) => i == o ? output with { Value = port } : output).ToEquatable()
                };
        }

        // Last nodes first: what they read becomes dead.
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            Node node = graph.Nodes[n];
            int first = graph.Values.FirstResult(n);
            if (node.Op.Family == OpFamily.Leaf)
                continue;
            if (!isBody && node.Results.All(type => type.IsReal) && WithInputs(graph, n) is { } cut)
                yield return cut;
            for (int r = 0; r < node.Results.Count; r++)
            {
                IEnumerable<int> others = node.Operands.Concat(Enumerable.Range(0, first))
                    .Where(value => graph.Values.Type(value) == node.Results[r]).Distinct().Take(3);
                foreach (int other in others)
                    yield return Substituted(graph, first + r, other);
            }

            foreach (ScanOp loop in node.Op is ScanOp scan ? Smaller(scan) : [])
            {
                Node smaller = node with
                {
                    Op = loop,
                    Operands = loop.HasLengths || node.Op is ScanOp { HasLengths: false }
                    ? node.Operands
                    : node.Operands.Take(node.Operands.Count - 1).ToEquatable()
                };
                yield return graph with { Nodes = graph.Nodes.Select((kept, i) => i == n ? smaller : kept).ToEquatable() };
            }
        }
    }

    private static IEnumerable<ScanOp> Smaller(ScanOp scan)
    {
        if (scan.HasLengths)
            yield return new ScanOp(scan.Body, scan.Time, scan.Reverse, hasLengths: false);
        foreach (Graph body in Smaller(scan.Body, isBody: true))
            yield return new ScanOp(body, scan.Time, scan.Reverse, scan.HasLengths);
    }

    private static int Port(Graph body, int state) =>
        Enumerable.Range(0, body.Inputs.Count).Where(i => body.Inputs[i].Role == PortRole.State).ElementAt(state);

    private static Graph Substituted(Graph graph, int value, int other) => graph with
    {
        Nodes = graph.Nodes.Select(node =>
            node with { Operands = node.Operands.Select(operand => operand == value ? other : operand).ToEquatable() }).ToEquatable(),
        Outputs = graph.Outputs.Select(output => output.Value == value ? output with { Value = other } : output).ToEquatable(),
    };

    // The results of a node are given from outside.
    private static Graph WithInputs(Graph graph, int node)
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inputs(graph);
        int first = graph.Values.FirstResult(node);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (n != node)
                builder.InlineNode(graph, n, values);
            for (int r = 0; n == node && r < graph.Nodes[n].Results.Count; r++)
                values[first + r] = builder.Input($"cut{graph.Nodes.Count}_{first + r}", graph.Nodes[n].Results[r]);
        }

        return builder.Build(graph.Kind, graph.Name, graph.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }

    // Without what no output reads, in loops too; null where something does not fit any more.
    private static Graph? Pruned(Graph graph)
    {
        try
        {
            Graph pruned = Prune(graph, Enumerable.Range(0, graph.Inputs.Count).ToArray(), out _);
            Verifier.Check(pruned);
            return pruned;
        }
        catch (Exception e) when (e is GraphException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    // Which inputs stay is given back by their numbers; states stay.
    private static Graph Prune(Graph graph, int[] inputs, out int[] kept)
    {
        var live = new bool[graph.Values.Count];
        foreach (Output output in graph.Outputs)
            live[output.Value] = true;
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            if (!Enumerable.Range(graph.Values.FirstResult(n), graph.Nodes[n].Results.Count).Any(value => live[value]))
                continue;
            foreach (int operand in graph.Nodes[n].Operands)
                live[operand] = true;
        }

        var builder = new GraphBuilder();
        var values = new Value[graph.Values.Count];
        kept = inputs.Where(i => live[i] || graph.Inputs[i].Role == PortRole.State).ToArray();
        foreach (int i in kept)
            values[i] = builder.Input(graph.Inputs[i].Name, graph.Inputs[i].Type, graph.Inputs[i].Role);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            int first = graph.Values.FirstResult(n);
            if (!Enumerable.Range(first, graph.Nodes[n].Results.Count).Any(value => live[value]))
                continue;
            if (graph.Nodes[n].Op is not ScanOp scan)
            {
                builder.InlineNode(graph, n, values);
                continue;
            }

            int[] outputs = Enumerable.Range(0, scan.Body.Outputs.Count)
                .Where(o => live[first + o] || scan.Body.Outputs[o].Role == OutputRole.Next).ToArray();
            Graph body = scan.Body with { Outputs = outputs.Select(o => scan.Body.Outputs[o]).ToEquatable() };
            Graph step = Prune(body, Enumerable.Range(0, body.Inputs.Count).ToArray(), out int[] ports);
            IEnumerable<int> operands =
                ports.Select(port => graph.Nodes[n].Operands[port]).Concat(scan.HasLengths ? [graph.Nodes[n].Operands[^1]] : []);
            Value[] results = builder.AddMany(new ScanOp(step, scan.Time, scan.Reverse, scan.HasLengths),
                operands.Select(operand => values[operand]).ToArray());
            for (int r = 0; r < results.Length; r++)
                values[first + outputs[r]] = results[r];
        }

        return builder.Build(graph.Kind, graph.Name, graph.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }
}
