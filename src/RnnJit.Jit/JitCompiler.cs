using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RnnJit.Jit;

/// <summary>Compiles C# text in memory and loads it.</summary>
public static class JitCompiler
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.None);
    private static int assemblies;

    /// <summary>Compiles all texts into one assembly.</summary>
    /// <param name="collectible">Whether the assembly is unloaded when nothing uses it any more.</param>
    /// <exception cref="JitException">The text does not compile.</exception>
    public static Assembly Compile(IEnumerable<string> texts, bool collectible = false)
    {
        using var image = new MemoryStream();
        CSharpCompilation compilation = Compilation(texts);
        var result = compilation.Emit(image);
        if (!result.Success)
            throw new JitException(result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToString());

        image.Position = 0;
        var context = new AssemblyLoadContext(compilation.AssemblyName, collectible);
        // Kernels refer to the runtime that is already loaded, wherever it came from.
        context.Resolving += static (_, name) => JitReferences.Assemblies.FirstOrDefault(known => known.GetName().Name == name.Name);
        return context.LoadFromStream(image);
    }

    /// <summary>Lets Roslyn warm up in the background, so that the first kernel need not wait for it.</summary>
    public static Task WarmUp() => Task.Run(JitWarmUp.Run);

    /// <summary>As strict as a user's project can be: checked arithmetic, nullable, every warning an error.</summary>
    internal static CSharpCompilation Compilation(IEnumerable<string> texts)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            checkOverflow: true,
            generalDiagnosticOption: ReportDiagnostic.Error,
            nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create(
            "RnnJit.Kernels." + Interlocked.Increment(ref assemblies),
            texts.Select(text => CSharpSyntaxTree.ParseText(text, Language)),
            JitReferences.References,
            options);
    }
}
