using RnnJit.Kernels;

namespace RnnJit.Jit;

/// <summary>Provider of kernels compiled in memory, after the kernels compiled at build time in the chain.</summary>
public static class JitKernels
{
    private static readonly Lazy<bool> Installed = new(() =>
    {
        Cache = KernelCache.FromEnvironment();
        KernelChain.Install(JitKernelProvider.Simd, JitKernelProvider.Checked);
        return true;
    });

    /// <summary>A folder where compiled kernels outlive the process; null for none. <see cref="Install"/> takes it from the environment,
    /// afterwards it may be changed.</summary>
    public static KernelCache? Cache
    {
        get => JitKernelProvider.Simd.Cache;
        set => JitKernelProvider.Simd.Cache = JitKernelProvider.Checked.Cache = value;
    }

    /// <summary>From now on kernels that were not compiled at build time are compiled instead of interpreted. Calling it again changes
    /// nothing.</summary>
    public static void Install() => _ = Installed.Value;

    /// <summary>Starts the compiler in the background: the first compilation of a process takes seconds, all later ones milliseconds. Worth
    /// calling early where cells are read from files.</summary>
    /// <returns>Ends when it is warm; nobody need wait for it.</returns>
    public static Task WarmUp() => JitCompiler.WarmUp();
}
