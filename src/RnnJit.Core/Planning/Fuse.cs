using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>
/// Fuses elementwise work and row reductions of a region into kernels. A kernel may only read what earlier steps made: nodes get levels, a kernel has
/// one level, and edges between steps go upwards. Work then sinks to the kernel that alone reads it, so that nothing is stored in between. Work
/// that shares nothing gets kernels of its own.
/// </summary>
public static class Fuse
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "fuse";

    /// <param name="fuse">False: a kernel for each node, to see what fusing is worth.</param>
    public static StepList Run(Graph graph, bool fuse = true)
    {
        var groups = new FusionGroups(graph, fuse);
        groups.Form(fuse);
        if (fuse)
        {
            groups.Sink();
            groups.Separate();
        }

        return new StepList(graph, groups.Steps().ToEquatable());
    }
}
