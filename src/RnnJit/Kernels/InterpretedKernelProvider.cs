using RnnJit.Ir;

namespace RnnJit.Kernels;

/// <summary>Kernels evaluated op by op: slow, always there.</summary>
public sealed class InterpretedKernelProvider : IKernelProvider
{
    internal const string Called = "interpreted";

    public string Name => Called;

    public KernelBody? Find(Graph kernel, ElementType real)
    {
        var interpreted = new InterpretedKernel(kernel, real);
        return interpreted.Run;
    }
}
