using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Interpretation;

/// <summary>The rules that sizes keep where they are bound to a graph: symbols are 1 or more, derived dimensions 0 or more, and an int
/// counts the elements of every value.</summary>
internal static class SizeCheck
{
    /// <summary>Checks every value of a graph and of the bodies of its scans.</summary>
    /// <exception cref="GraphException">RNNJ101: a symbol has no size. RNNJ161, RNNJ200 to RNNJ202: a size is out of range.</exception>
    public static void Run(Graph graph, IReadOnlyDictionary<string, int> sizes)
    {
        Symbols(sizes);
        Values(graph, sizes);
    }

    /// <summary>Checks the sizes alone.</summary>
    /// <exception cref="GraphException">RNNJ202: a size is less than 1.</exception>
    public static void Symbols(IReadOnlyDictionary<string, int> sizes)
    {
        foreach (var (symbol, size) in sizes)
        {
            if (size < 1)
                throw new GraphException("RNNJ202",
                    $"The size of dimension '{symbol}' is {size}, wanted 1 or more (bind it to a positive number)");
        }
    }

    /// <summary>The extents of a type.</summary>
    /// <exception cref="GraphException">RNNJ101, RNNJ161, RNNJ200, RNNJ201: a dimension has no size, or the extents are out of
    /// range.</exception>
    public static int[] Shape(TensorType type, IReadOnlyDictionary<string, int> sizes)
    {
        var shape = new int[type.Rank];
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = type.Dims[axis].Evaluate(sizes);
        NdArray.Size(shape);
        return shape;
    }

    private static void Values(Graph graph, IReadOnlyDictionary<string, int> sizes)
    {
        for (int value = 0; value < graph.Values.Count; value++)
            Shape(graph.Values.Type(value), sizes);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is not ScanOp scan)
                continue;
            if (scan.Time.Evaluate(sizes) < 0)
                throw new GraphException("RNNJ201",
                    $"A scan of '{graph.Name}' has {scan.Time.Evaluate(sizes)} steps (bind sizes that make {scan.Time} 0 or more)");
            Values(scan.Body, sizes);
        }
    }
}
