using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Which values can be put side by side without a copy.</summary>
internal static class Placement
{
    /// <summary>Weights: they are packed anyway, from as many sources as there are.</summary>
    public static bool IsWeight(Graph graph, int value) =>
        value < graph.Inputs.Count && graph.Inputs[value].Role is PortRole.Parameter or PortRole.Constant;

    // Results of elementwise work, here or yielded by a scan: a kernel writes them where they are wanted.
    private static bool IsPlaceable(Graph graph, int value)
    {
        int node = graph.Values.Node(value);
        if (node < 0)
            return false;
        if (graph.Nodes[node].Op is not ScanOp scan)
            return graph.Nodes[node].Op.Family == OpFamily.Elementwise && !graph.Values.IsNext(value);

        int result = graph.Values.Result(value);
        if (result < scan.States || result >= scan.States + scan.Yields)
            return false;
        int inner = scan.Body.Outputs[result].Value;
        return IsPlaceable(scan.Body, inner);
    }

    /// <summary>Side by side without a copy: all weights, or all placeable and made by one node or in one graph.</summary>
    public static bool CanConcat(Graph graph, IReadOnlyList<int> values)
    {
        if (values.Distinct().Count() != values.Count)
            return false;
        if (values.All(value => IsWeight(graph, value)))
            return true;

        bool SameMaker(int value) => graph.Nodes[graph.Values.Node(value)].Op is ScanOp
            ? graph.Values.Node(value) == graph.Values.Node(values[0])
            : graph.Nodes[graph.Values.Node(values[0])].Op is not ScanOp;
        return values.All(value => IsPlaceable(graph, value)) && values.All(SameMaker);
    }
}
