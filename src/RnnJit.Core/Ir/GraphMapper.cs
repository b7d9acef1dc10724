namespace RnnJit.Ir;

/// <summary>Rewrites the dimensions and element types of a whole graph.</summary>
public static class GraphMapper
{
    /// <summary>The graph itself where nothing changes.</summary>
    public static Graph Run(Graph graph, TypeMap map)
    {
        Port[] inputs = graph.Inputs.Select(port => port with { Type = map.Map(port.Type) }).ToArray();
        Node[] nodes =
            graph.Nodes.Select(node => new Node(node.Op.Map(map), node.Operands, node.Results.Select(map.Map).ToEquatable())).ToArray();
        return inputs.SequenceEqual(graph.Inputs) && nodes.SequenceEqual(graph.Nodes)
            ? graph
            : new Graph(graph.Kind, graph.Name, inputs.ToEquatable(), nodes.ToEquatable(), graph.Outputs) { LocalNames = graph.LocalNames };
    }

    /// <summary>The same graph with real numbers of another precision.</summary>
    public static Graph WithPrecision(Graph graph, ElementType real) =>
        Run(graph, new TypeMap(dim => dim, element => element == ElementType.I32 ? element : real));

    /// <summary>The graph itself where nothing in it is f64, else the same in f32.</summary>
    public static Graph InSingle(Graph graph) =>
        Enumerable.Range(0, graph.Values.Count)
            .Any(value => graph.Values.Type(value).Element == ElementType.F64) ? WithPrecision(graph, ElementType.F32) : graph;
}
