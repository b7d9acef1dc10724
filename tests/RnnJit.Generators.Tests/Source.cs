using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace RnnJit.Generators.Tests;

/// <summary>Source with one place marked by <c>[|…|]</c>, compiled in memory with the generator.</summary>
internal sealed record Source(string Text, TextSpan? Mark)
{
    private static readonly ImmutableArray<MetadataReference> References =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).ToImmutableArray();

    public static Source Marked(string text)
    {
        string full = "using System;\nusing RnnJit;\nusing static RnnJit.Rnn;\n\n" + text;
        int start = full.IndexOf("[|", StringComparison.Ordinal), end = full.IndexOf("|]", StringComparison.Ordinal);
        return start < 0 ? new Source(full, null) : new Source(full.Remove(end, 2).Remove(start, 2), TextSpan.FromBounds(start, end - 2));
    }

    /// <summary>A class C whose Step has this head and body.</summary>
    public static Source Step(string step, string members = "") =>
        Marked($"[RnnCell]\npublic static partial class C\n{{\n    public static {step}\n    {members}\n}}\n");

    public static CSharpCompilation Compilation(params string[] texts) => CSharpCompilation.Create(
        "Probe",
        texts.Select((text,
            i) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(documentationMode: DocumentationMode.Diagnose), $"File{i}.cs")),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
            checkOverflow: true, generalDiagnosticOption: ReportDiagnostic.Error));

    /// <summary>Runs the generator; returns what it reports, the compilation with what it writes, and the written files.</summary>
    public (ImmutableArray<Diagnostic> Reported, Compilation Completed, GeneratorDriverRunResult Result) Run()
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(new CellGenerator())
            .RunGeneratorsAndUpdateCompilation(Compilation(Text), out Compilation completed, out var reported);
        return (reported, completed, driver.GetRunResult());
    }
}
