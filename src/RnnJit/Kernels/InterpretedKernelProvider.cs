using RnnJit.Ir;

namespace RnnJit.Kernels;

/// <summary>Kernels evaluated op by op: slow, always there.</summary>
public sealed class InterpretedKernelProvider : IKernelProvider
{
    public string Name => "interpreted";

    public KernelBody? Find(Graph kernel, ElementType real)
    {
        var interpreted = new InterpretedKernel(kernel, real);
        return interpreted.Run;
    }
}
