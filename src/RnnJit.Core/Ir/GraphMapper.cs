namespace RnnJit.Ir;

/// <summary>Rewrites the dimensions and element types of a whole graph.</summary>
public static class GraphMapper
{
    public static Graph Run(Graph graph, TypeMap map) => new(
        graph.Kind,
        graph.Name,
        graph.Inputs.Select(port => port with { Type = map.Map(port.Type) }).ToEquatable(),
        graph.Nodes.Select(node => new Node(node.Op.Map(map), node.Operands, node.Results.Select(map.Map).ToEquatable())).ToEquatable(),
        graph.Outputs)
    {
        LocalNames = graph.LocalNames,
    };

    /// <summary>The same graph with real numbers of another precision.</summary>
    public static Graph WithPrecision(Graph graph, ElementType real) =>
        Run(graph, new TypeMap(dim => dim, element => element == ElementType.I32 ? element : real));
}
