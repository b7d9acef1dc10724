using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Kernels;

/// <summary>The kernels compiled at build time, by their canonical text.</summary>
public sealed class RegistryKernelProvider : IKernelProvider
{
    public string Name => "generated";

    public KernelBody? Find(Graph kernel, ElementType real) =>
        KernelRegistry.TryGet(Printer.Print(kernel), real, out KernelBody? body) ? body : null;
}
