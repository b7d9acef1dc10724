using RnnJit.Ir;

namespace RnnJit.Interpretation;

/// <summary>Finds the sizes of dimension symbols from actual shapes.</summary>
internal static class SizeBinding
{
    /// <exception cref="GraphException">RNNJ151: a shape does not fit, or a symbol has two sizes. RNNJ202: a size is less than
    /// 1.</exception>
    public static Dictionary<string, int> FromShapes(Graph graph, Func<int, int[]> shapeOf, IReadOnlyDictionary<string, int>? known = null)
    {
        var sizes = known?.ToDictionary(pair => pair.Key, pair => pair.Value) ?? [];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            Port port = graph.Inputs[i];
            int[] shape = shapeOf(i);
            if (shape.Length != port.Type.Rank)
                throw Mismatch(port, shape, sizes);
            for (int axis = 0; axis < shape.Length; axis++)
            {
                if (port.Type.Dims[axis].AsSymbol is { } symbol)
                    sizes.TryAdd(symbol, shape[axis]);
            }
        }

        while (Solve(graph, shapeOf, sizes))
        {
        }

        SizeCheck.Symbols(sizes);
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            Port port = graph.Inputs[i];
            int[] shape = shapeOf(i);
            if (port.Type.Dims.Where((dim, axis) => dim.Evaluate(sizes) != shape[axis]).Any())
                throw Mismatch(port, shape, sizes);
        }

        return sizes;
    }

    // Extents such as T + 2 give the size of a symbol that no other shape shows. True where one was found.
    private static bool Solve(Graph graph, Func<int, int[]> shapeOf, Dictionary<string, int> sizes)
    {
        bool found = false;
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            Port port = graph.Inputs[i];
            int[] shape = shapeOf(i);
            for (int axis = 0; axis < shape.Length; axis++)
            {
                // Symbols that stand alone are known.
                Dim dim = port.Type.Dims[axis];
                if (dim.IsConstant || dim.AsSymbol is not null)
                    continue;
                var open = dim.Terms.Where(term => !sizes.ContainsKey(term.Symbol)).ToArray();
                if (open.Length != 1)
                    continue;
                var (symbol, coefficient) = open[0];
                int rest = shape[axis] - (dim - (coefficient * Dim.Symbol(symbol))).Evaluate(sizes);
                if (rest % coefficient != 0 || rest / coefficient < 1)
                    throw Mismatch(port, shape, sizes);
                sizes.Add(symbol, rest / coefficient);
                found = true;
            }
        }

        return found;
    }

    private static GraphException Mismatch(Port port, int[] shape, Dictionary<string, int> sizes)
    {
        string wanted = string.Join(", ", port.Type.Dims.Select(dim => dim.IsConstant ? dim.ToString() : Describe(dim, sizes)));
        return new GraphException("RNNJ151",
            $"'{port.Name}' has shape [{string.Join(", ", shape)}] but {port.Type} wants [{wanted}] (give that shape)");
    }

    private static string Describe(Dim dim, Dictionary<string, int> sizes) =>
        dim.Terms.All(term => sizes.ContainsKey(term.Symbol)) ? $"{dim} = {dim.Evaluate(sizes)}" : dim.ToString();
}
