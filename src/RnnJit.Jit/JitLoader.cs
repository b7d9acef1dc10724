using System.Reflection;
using System.Runtime.Loader;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit;

/// <summary>Loads compiled kernels. Knows nothing of Roslyn, which is not even loaded where all kernels are found in a cache.</summary>
internal static class JitLoader
{
    private static int loaded;

    /// <summary>The assemblies to which kernels refer: the core library, its façade and this engine.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } = [typeof(object).Assembly, Assembly.Load("System.Runtime"),
        typeof(IKernel).Assembly, typeof(Graph).Assembly];

    /// <param name="collectible">True to unload the assembly when nothing uses it any more.</param>
    /// <param name="more">Further assemblies to which the image refers.</param>
    public static Assembly Load(byte[] image, bool collectible = false, IReadOnlyList<Assembly>? more = null)
    {
        var context = new AssemblyLoadContext("RnnJit.Kernels." + Interlocked.Increment(ref loaded), collectible);

        // Kernels refer to the runtime that is already loaded, wherever it came from.
        context.Resolving += (_, name) => Assemblies.Concat(more ?? []).FirstOrDefault(known => known.GetName().Name == name.Name);
        return context.LoadFromStream(new MemoryStream(image, writable: false));
    }
}
