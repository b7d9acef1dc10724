using RnnJit.Kernels;

namespace RnnJit.Jit;

/// <summary>Kernels compiled in memory, as a link of the chain behind those compiled at build time.</summary>
public static class JitKernels
{
    private static readonly Lazy<bool> Installed = new(() =>
    {
        KernelChain.Install(JitKernelProvider.Simd, JitKernelProvider.Checked);
        return true;
    });

    /// <summary>From now on kernels that were not compiled at build time are compiled instead of interpreted. Calling it again changes nothing.</summary>
    public static void Install() => _ = Installed.Value;
}
