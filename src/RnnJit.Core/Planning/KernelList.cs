using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>All kernels of a Program, for those who compile many at once.</summary>
public static class KernelList
{
    public static IReadOnlyList<Graph> Of(Graph optimised, bool fuse = true) =>
        Fuse.Run(optimised, fuse).Ops.OfType<ScheduledKernel>().Select(op => op.Kernel)
            .Concat(optimised.Nodes.Select(node => node.Op switch { ScanOp scan => scan.Body, ForEachOp each => each.Body, _ => null })
                .OfType<Graph>().SelectMany(body => Of(body, fuse)))
            .Distinct().ToArray();
}
