using System.Numerics;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Check that a graph treats all rows of the batch alike: a permutation of the rows of its inputs permutes the rows of its results. Sums
/// over rows then add in another order. Batch dimensions are known by their symbol, so two dimensions that happen to have one size are
/// still two.
/// </summary>
internal static class RowsAlike
{
    public static bool In(Graph graph, Dim batch) =>
        Enumerable.Range(0, graph.Values.Count)
            .All(value => graph.Values.Type(value).Dims.All(dim => dim == batch || !Mentions(dim, batch)))
        && graph.Nodes.All(node => InNode(graph, node, batch));

    private static bool InNode(Graph graph, Node node, Dim batch)
    {
        TensorType x = node.Operands.Count > 0 ? graph.Values.Type(node.Operands[0]) : node.Results[0];
        return node.Op switch
        {
            ScanOp scan => !Mentions(scan.Time, batch) && In(scan.Body, batch),
            SliceOp slice => x.Dims[slice.Axis] != batch,
            ConcatOp concat => node.Results[0].Dims[concat.Axis] != batch,
            ReshapeOp => Around(x, batch).SequenceEqual(Around(node.Results[0], batch)),

            // A row number among the rows of the batch would name another one.
            GatherOp or ScatterAddOp => x.Dims[0] != batch,
            ScatterOp scatter => scatter.Rows != batch,
            MarkOp mark => mark.Places != batch,
            BlockLengthsOp cut => !Mentions(cut.Blocks, batch),
            ArgMaxOp => x.Dims[x.Rank - 1] != batch,
            AssertLeOp or AccumulateOp => true,
            { Family: OpFamily.Leaf or OpFamily.Elementwise or OpFamily.Contraction or OpFamily.Reduction or OpFamily.View } => true,
            _ => false,
        };
    }

    private static bool Mentions(Dim dim, Dim batch) => dim.Terms.Any(term => batch.Terms.Any(own => own.Symbol == term.Symbol));

    // For each batch axis, the number of elements in the axes before it and in the axes after it, as text.
    private static IEnumerable<string> Around(TensorType type, Dim batch)
    {
        Dim[] dims = type.Dims.ToArray();
        return Enumerable.Range(0, dims.Length).Where(axis => dims[axis] == batch)
            .Select(axis => $"{Count(dims.Take(axis))} | {Count(dims.Skip(axis + 1))}");
    }

    private static string Count(IEnumerable<Dim> dims)
    {
        BigInteger factor = 1;
        var symbols = new List<string>();
        foreach (Dim dim in dims)
        {
            bool single = dim.Terms.Count == 1 && dim.Constant == 0;
            factor *= dim.IsConstant ? dim.Constant : single ? dim.Terms[0].Coefficient : 1;
            if (!dim.IsConstant)
                symbols.Add(single ? dim.Terms[0].Symbol : $"({dim})");
        }

        symbols.Sort(StringComparer.Ordinal);
        return $"{factor} {string.Join(" ", symbols)}";
    }
}
