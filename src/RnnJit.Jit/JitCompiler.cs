using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RnnJit.Jit;

/// <summary>Compiles C# text in memory and loads it.</summary>
internal static class JitCompiler
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.None);
    private static readonly Lazy<Task> WarmingUp = new(() => Task.Run(JitWarmUp.Run));

    /// <summary>Compiles all texts into one assembly.</summary>
    /// <param name="collectible">True: the assembly is unloaded when nothing references it.</param>
    /// <exception cref="JitException">The text does not compile.</exception>
    public static Assembly Compile(IEnumerable<string> texts, bool collectible = false) => JitLoader.Load(Image(texts), collectible);

    /// <summary>Compiles all texts into one assembly that refers to more than kernels of the CPU do, with unchecked
    /// arithmetic: devices have no other.</summary>
    /// <exception cref="JitException">The text does not compile.</exception>
    internal static Assembly CompileForDevice(IEnumerable<string> texts, IReadOnlyList<Assembly> more)
    {
        MetadataReference[] references = [.. JitReferences.References, .. more.Select(JitReferences.Reference)];
        CSharpCompilation compilation = Compilation(texts, references);
        return JitLoader.Load(Emit(compilation.WithOptions(compilation.Options.WithOverflowChecks(false))), more: more);
    }

    /// <summary>Lets Roslyn warm up in the background, so that the first kernel need not wait for it. Calling it again changes
    /// nothing.</summary>
    /// <returns>Ends when it is warm.</returns>
    public static Task WarmUp() => WarmingUp.Value;

    /// <summary>The bytes of an assembly of all texts.</summary>
    /// <exception cref="JitException">The text does not compile.</exception>
    internal static byte[] Image(IEnumerable<string> texts)
    {
        // Two compilations that are both cold wait for each other's machine code method by method: the
        // second one is as fast if it waits once.
        if (WarmingUp.IsValueCreated)
            Task.WaitAny(WarmingUp.Value);
        return Emit(Compilation(texts, JitReferences.References));
    }

    /// <exception cref="JitException">The text does not compile.</exception>
    internal static byte[] Emit(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        return result.Success
            ? image.ToArray()
            : throw new JitException(Sentence(result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
    }

    private static string Sentence(Diagnostic found)
    {
        FileLinePositionSpan span = found.Location.GetLineSpan();
        string? line = found.Location.SourceTree?.GetText().Lines[span.StartLinePosition.Line].ToString().Trim();
        string place = line is null ? "" : $" at ({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1}) in '{line}'";
        return $"C# text does not compile: {found.Id}{place}: {found.GetMessage(CultureInfo.InvariantCulture).TrimEnd('.')} "
            + "(text of a kernel is a defect of RnnJit; the backend Interpreter runs without it)";
    }

    /// <summary>As strict as a user's project can be: checked arithmetic, every warning an error. Work that is expensive in a cold Roslyn
    /// is skipped: no null analysis of kernels, and a single thread, for which less code is jitted.</summary>
    /// <param name="nullable">Analyse nulls all the same.</param>
    internal static CSharpCompilation Compilation(IEnumerable<string> texts, IReadOnlyList<MetadataReference> references,
        bool nullable = false)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            checkOverflow: true,
            generalDiagnosticOption: ReportDiagnostic.Error,
            nullableContextOptions: nullable ? NullableContextOptions.Enable : NullableContextOptions.Disable,
            concurrentBuild: false,
            deterministic: true);
        return CSharpCompilation.Create(
            "RnnJit.Kernels", texts.Select(text => CSharpSyntaxTree.ParseText(text, Language)), references, options);
    }
}
