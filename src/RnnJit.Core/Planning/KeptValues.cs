using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>The values that forward loops keep for the backward loops over the same time.</summary>
public static class KeptValues
{
    /// <summary>Bytes of the sequences that a backward loop reads of a forward loop, within blocks of time too.</summary>
    /// <param name="optimised">After all passes.</param>
    /// <param name="size">Bytes of a number.</param>
    public static long Bytes(Graph optimised, IReadOnlyDictionary<string, int> sizes, int size)
    {
        var read = new HashSet<int>();
        long inside = 0;
        for (int n = 0; n < optimised.Nodes.Count; n++)
        {
            if (optimised.Nodes[n].Op is not ScanOp scan)
                continue;
            inside += Bytes(scan.Body, sizes, size);
            foreach (int sequence in optimised.Nodes[n].Operands.Take(scan.Sequences).Select(operand => Source(optimised, operand)))
            {
                int maker = optimised.Values.Node(sequence);
                if (maker >= 0 && optimised.Nodes[maker].Op is ScanOp forward && forward.Reverse != scan.Reverse
                    && optimised.Values.Result(sequence) >= forward.States)
                    read.Add(sequence);
            }
        }

        return inside
            + read.Sum(value => size * optimised.Values.Type(value).Dims.Aggregate(1L, (product, dim) => product * dim.Evaluate(sizes)));
    }

    private static int Source(Graph graph, int value)
    {
        while (graph.Values.Node(value) is int maker and >= 0 && graph.Nodes[maker].Op.Family == OpFamily.View)
            value = graph.Nodes[maker].Operands[0];
        return value;
    }
}
