using Microsoft.CodeAnalysis;
using RnnJit.Cells;
using RnnJit.Generators.Diagnostics;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

/// <summary>Parameters that the result does not depend on.</summary>
internal static class Unused
{
    public static IEnumerable<Finding> Find(IMethodSymbol step, CellSignature signature, Graph graph, ISet<string> read)
    {
        var used = Reachable(graph);
        foreach (IParameterSymbol parameter in step.Parameters)
        {
            int input = graph.InputIndex(parameter.Name);
            if (input >= 0 ? used.Contains(input) : read.Contains(parameter.Name))
                continue;
            string found = input >= 0 && read.Contains(parameter.Name) ? "no returned value depends on" : "Step does not use";
            yield return new Finding("RNNJ032", $"Cell '{signature.Name}': {found} '{parameter.Name}' (remove it or use it)",
                parameter.Locations[0]);
        }
    }

    // The values that the outputs need, found backwards.
    private static HashSet<int> Reachable(Graph graph)
    {
        var used = new HashSet<int>(graph.Outputs.Select(output => output.Value));
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            int first = graph.Values.FirstResult(n);
            if (Enumerable.Range(first, graph.Nodes[n].Results.Count).Any(used.Contains))
                used.UnionWith(graph.Nodes[n].Operands);
        }

        return used;
    }
}
