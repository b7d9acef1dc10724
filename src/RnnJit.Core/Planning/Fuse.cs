using RnnJit.Ir;

namespace RnnJit.Planning;

/// <summary>
/// Fuses elementwise work and row reductions of a region into kernels. A kernel may only read what earlier scheduled ops made: nodes get
/// levels, a kernel has one level, and edges between steps go upwards. Work then sinks to the kernel that alone reads it, so that nothing
/// is stored in between. Work that shares nothing gets kernels of its own.
/// </summary>
public static class Fuse
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "fuse";

    /// <summary>
    /// The bounds of one kernel: its values and the addresses of its inputs have to fit into registers, and its text must
    /// not grow with the length of a step. A product stays with the addition it is fused with, so a kernel may exceed them
    /// by such products and what these read.
    /// </summary>
    public const int MostOperations = 128, MostInputs = 32;

    /// <param name="fuse">False: a kernel for each node, to see what fusing is worth.</param>
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
