using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Kernels;

/// <summary>Providers asked in order; the first that has a kernel gives it.</summary>
public sealed class KernelChain(params IKernelProvider[] providers)
{
    private static readonly List<IKernelProvider> Compilers = [];
    private static readonly List<IKernelProvider> ScalarCompilers = [];

    /// <summary>Adds a kernel compiler to the order in which a kernel is sought: generated at build time, compiled in memory,
    /// interpreted.</summary>
    public static void Install(IKernelProvider simd, IKernelProvider scalar)
    {
        lock (Compilers)
        {
            Compilers.Add(simd);
            ScalarCompilers.Add(scalar);
        }
    }

    /// <summary>Vector kernels: generated, compiled, interpreted.</summary>
    public static KernelChain Simd
    {
        get
        {
            lock (Compilers)
                return new KernelChain([new RegistryKernelProvider(), .. Compilers, new InterpretedKernelProvider()]);
        }
    }

    /// <summary>Readable, checked scalar kernels: compiled, interpreted.</summary>
    public static KernelChain Scalar
    {
        get
        {
            lock (Compilers)
                return new KernelChain([.. ScalarCompilers, new InterpretedKernelProvider()]);
        }
    }

    /// <summary>The kernel and the name of the provider that gave it.</summary>
    /// <exception cref="GraphException">RNNJ183: no provider has it.</exception>
    public (KernelBody Body, string Provider) Find(Graph kernel, ElementType real)
    {
        foreach (IKernelProvider provider in providers)
        {
            if (provider.Find(kernel, real) is { } body)
                return (body, provider.Name);
        }

        throw new GraphException("RNNJ183",
            $"No provider has this kernel (add the interpreted one to the chain):\n{Printer.Print(kernel)}");
    }

    /// <summary>Lets each provider prepare the kernels that earlier providers do not have.</summary>
    public void Prepare(IReadOnlyList<Graph> kernels, ElementType real)
    {
        IReadOnlyList<Graph> missing = kernels;
        foreach (IKernelProvider provider in providers)
        {
            if (missing.Count == 0)
                return;
            provider.Prepare(missing);
            missing = missing.Where(kernel => provider.Find(kernel, real) is null).ToArray();
        }
    }
}
