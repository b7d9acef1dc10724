using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Products that share an operand become one wide product, sums of products one long product; in scan bodies too.</summary>
public static class MergeMatMuls
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "merge-matmuls";

    public static Graph Run(Graph graph)
    {
        var rebuild = new Rebuild(graph);
        Graph inner = rebuild.Run((node, operands) => node.Op is ScanOp scan
            ? rebuild.Builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
            : null);
        return MergeShared.Run(MergeSums.Run(inner));
    }
}
