using System.Reflection;
using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit;

/// <summary>What kernels are compiled against: the core library, its façade and this engine. Read from memory, as an app in a single file has no paths.</summary>
internal static class JitReferences
{
    private static readonly Lazy<(Assembly[] Assemblies, MetadataReference[] References)> Loaded = new(Load);

    public static IReadOnlyList<Assembly> Assemblies => Loaded.Value.Assemblies;

    public static IReadOnlyList<MetadataReference> References => Loaded.Value.References;

    private static (Assembly[], MetadataReference[]) Load()
    {
        Assembly[] assemblies = [typeof(object).Assembly, Assembly.Load("System.Runtime"), typeof(IKernel).Assembly, typeof(Graph).Assembly];
        return (assemblies, assemblies.Select(Reference).ToArray());
    }

    private static unsafe MetadataReference Reference(Assembly assembly)
    {
        if (!assembly.TryGetRawMetadata(out byte* blob, out int length))
            throw new JitException($"The assembly '{assembly.GetName().Name}' has no metadata in memory (publish without NativeAOT, or generate the kernels at build time)");

        return AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((nint)blob, length)).GetReference(display: assembly.GetName().Name);
    }
}
