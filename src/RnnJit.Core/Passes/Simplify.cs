using System.Runtime.CompilerServices;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Algebra, common subexpressions, constants and dead code, in scan bodies too, until nothing changes.</summary>
public static class Simplify
{
    // Each round removes or shrinks something; no graph met so far needs more than six.
    private const int MostRounds = 20;

    private static readonly Func<Application, Value?>[] AllRules =
    [
        Algebra.Fold, Algebra.Units, Algebra.Zeros, Algebra.Decided, Algebra.Signs, Algebra.Absorbed, Algebra.Fills, Algebra.Repeats,
        Views.Trivial, Views.OfView, Views.OfFill, Views.SliceOfConcat, Views.SumOfConcats, Views.ConcatOfSlices,
        Reductions.OfProduct, Reductions.Trivial, Reductions.IntoTable, Reductions.OfCentred, Reductions.FactorsOut, Reductions.AroundSums,
        RowFactors.Inverse, RowFactors.Gathered, RowFactors.Normalised, RowFactors.Twice,
    ];

    // Graph → its simplest form. The bodies of scans come by in every round and after every pass, mostly as they were.
    private static readonly ConditionalWeakTable<Graph, Graph> Known = new();

    public static Graph Run(Graph graph) => Known.GetValue(graph, UntilNothingChanges);

    private static Graph UntilNothingChanges(Graph graph)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            Graph simpler = Once(graph);
            if (simpler.Equals(graph))
                return Known.GetValue(simpler, simplest => simplest);
            graph = simpler;
        }

        return graph;
    }

    private static bool[] Part(bool[] all, int first, int count)
    {
        var part = new bool[count];
        Array.Copy(all, first, part, 0, count);
        return part;
    }

    private static Graph Once(Graph graph)
    {
        bool[] live = Liveness.Run(graph);
        int[] uses = Liveness.Uses(graph);
        var builder = new GraphBuilder();
        var rewriter = new Rewriter(builder, AllRules);
        Value[] values = builder.Inputs(graph);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            int first = graph.Values.FirstResult(n);
            if (!Liveness.AnyResult(graph, n, live))
                continue;
            if (node.Op is ConstantOp { Type.Rank: 0 })
            {
                builder.InlineNode(graph, n, values);
                continue;
            }

            Value[] operands = node.Operands.Select(operand => values[operand]).ToArray();
            Value[] results = node.Op is ScanOp scan
                ? ScanCleanup.Run(rewriter, scan, operands, Part(live, first, node.Results.Count))
                : rewriter.Apply(node.Op, operands, node.Operands.Count > 0 && uses[node.Operands[0]] == 1);
            for (int r = 0; r < results.Length; r++)
            {
                values[first + r] = results[r];
                if (results[r] is not null && graph.LocalNames.TryGetValue(first + r, out string? name))
                    builder.Label(results[r], name);
            }
        }

        return builder.Build(graph.Kind, graph.Name, graph.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }
}
