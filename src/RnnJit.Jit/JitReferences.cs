using System.Reflection;
using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;

namespace RnnJit.Jit;

/// <summary>The assemblies against which kernels are compiled, read from memory, since an app in a single file has no paths.</summary>
internal static class JitReferences
{
    private static readonly Lazy<MetadataReference[]> Loaded = new(() => JitLoader.Assemblies.Select(Reference).ToArray());

    public static IReadOnlyList<MetadataReference> References => Loaded.Value;

    /// <summary>A reference to an assembly that is loaded.</summary>
    public static unsafe MetadataReference Reference(Assembly assembly)
    {
        if (!assembly.TryGetRawMetadata(out byte* blob, out int length))
            throw new JitException(
                $"The assembly '{assembly.GetName().Name}' has no metadata in memory (publish without NativeAOT, or generate the kernels "
                    + "at build time)");

        return AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((nint)blob, length))
            .GetReference(display: assembly.GetName().Name);
    }
}
