using RnnJit.Ir;

namespace RnnJit.Kernels;

/// <summary>A source of compiled kernels; the planner asks a chain of them in order.</summary>
public interface IKernelProvider
{
    /// <summary>The name that <c>explain</c> prints beside a kernel: generated, jit, interpreted.</summary>
    string Name { get; }

    /// <summary>The kernel, or null if this provider has none.</summary>
    /// <param name="kernel">A graph of kind "kernel" in canonical form: f32, dimensions R and N.</param>
    /// <param name="real">The precision to run in.</param>
    KernelBody? Find(Graph kernel, ElementType real);

    /// <summary>Announces kernels that the planner will look up, so that they can be compiled together.</summary>
    void Prepare(IReadOnlyList<Graph> kernels)
    {
    }
}
