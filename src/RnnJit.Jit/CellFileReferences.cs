using System.Reflection;
using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;
using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Jit;

/// <summary>
/// The assemblies that a cell in a file may use: the base library and this engine. They are read from memory, since an app in a single file
/// has no paths.
/// </summary>
internal static class CellFileReferences
{
    private static readonly string[] Library = ["System.Runtime", "System.Collections", "System.Linq", "System.Console"];

    private static readonly Lazy<MetadataReference[]> Loaded =
        new(() => Assemblies().Select(Reference).OfType<MetadataReference>().ToArray());

    public static IReadOnlyList<MetadataReference> All => Loaded.Value;

    /// <summary>The engine that is running, wherever it was loaded from.</summary>
    public static Assembly? Find(AssemblyName name) => Engine.FirstOrDefault(known => known.GetName().Name == name.Name);

    private static Assembly[] Engine => [typeof(Graph).Assembly, typeof(CellTracer).Assembly];

    private static IEnumerable<Assembly> Assemblies() => [typeof(object).Assembly, .. Library.Select(Load).OfType<Assembly>(), .. Engine];

    // A trimmed app may lack parts of the library that no equation needs.
    private static Assembly? Load(string name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static unsafe PortableExecutableReference? Reference(Assembly assembly) =>
        assembly.TryGetRawMetadata(out byte* blob, out int length)
        ? AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((nint)blob, length)).GetReference(display: assembly.GetName().Name)
        : null;
}
