using RnnJit.Ir;

namespace RnnJit.Planning;

/// <summary>
/// Fuses elementwise work and row reductions of a region into kernels. A kernel may only read results of earlier scheduled ops, so nodes
/// get levels, all nodes of a kernel have one level, and edges between kernels go to higher levels. Nodes with a single reading kernel then
/// sink into it, so that their values are not stored. Nodes without common operands are split into kernels of their own.
/// </summary>
public static class Fuse
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "fuse";

    /// <summary>
    /// Limits of one kernel: its values and the addresses of its inputs have to fit into registers, and its text must not grow with the
    /// length of a step. A product stays with the addition it is fused with, so a kernel may exceed the limits by such products and their
    /// operands.
    /// </summary>
    public const int MostOperations = 128, MostInputs = 32;

    /// <param name="fuse">False: one kernel per node, to measure the benefit of fusion.</param>
    public static OpSchedule Run(Graph graph, bool fuse = true)
    {
        var groups = new FusionGroups(graph, fuse);
        groups.Form(fuse);
        if (fuse)
        {
            groups.Sink();
            groups.Separate();
        }

        return new OpSchedule(graph, groups.Schedule().ToEquatable());
    }
}
