using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Emit;
using RnnJit.Generators.Emission;
using RnnJit.Generators.Reading;
using RnnJit.Ir;

namespace RnnJit.Generators;

/// <summary>Reads every class marked <see cref="RnnCellAttribute"/> and completes it. Models and sentences are on branches of their own, so
/// that moved code writes no file anew.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CellGenerator : IIncrementalGenerator
{
    internal const string Readings = "Readings";
    internal const string Models = "Models";
    internal const string Findings = "Findings";
    internal const string Kernels = "Kernels";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<CellReading> readings = context.SyntaxProvider.ForAttributeWithMetadataName(
            typeof(RnnCellAttribute).FullName!,
            static (node, _) => node is TypeDeclarationSyntax,
            static (found, cancel) => CellReader.Read((INamedTypeSymbol)found.TargetSymbol, found.SemanticModel.Compilation, cancel))
                .WithTrackingName(Readings);

        IncrementalValuesProvider<CellModel> models =
            readings.Select(static (reading, _) => reading.Model!).Where(static model => model is not null).WithTrackingName(Models);
        context.RegisterSourceOutput(models, static (output, model) => Add(output, CellSource.FileName(model), CellSource.Write(model)));
        RegisterKernels(context, models);
        context.RegisterSourceOutput(
            readings.SelectMany(static (reading, _) => reading.Findings).WithTrackingName(Findings),
            static (output, finding) => output.ReportDiagnostic(finding.ToDiagnostic()));
    }

    // No code names a kernel, so that an editor need not wait for them.
    private static void RegisterKernels(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<CellModel> models)
    {
        IncrementalValueProvider<ImmutableArray<EquatableArray<KernelSource>>> ofCells =
            models.Select(KernelSource.Of).WithTrackingName(Kernels).Collect();
        IncrementalValueProvider<bool> standard = context.CompilationProvider.Select(static (compilation, _) =>
            compilation.Assembly.GetAttributes()
                .Any(attribute => attribute.AttributeClass?.ToDisplayString() == typeof(StandardKernelsAttribute).FullName));
        context.RegisterImplementationSourceOutput(ofCells.Combine(standard), static (output, found) =>
        {
            IEnumerable<KernelSource> all =
                (found.Right ? KernelSource.Standard : default).Concat(found.Left.SelectMany(kernels => kernels));
            KernelSource[] kernels = all.GroupBy(kernel => kernel.Text, StringComparer.Ordinal).Select(same => same.First()).ToArray();
            if (kernels.Length == 0)
                return;
            foreach (KernelSource kernel in kernels)
                Add(output, kernel.FileName, kernel.Source);
            Add(output, KernelRegistration.FileName, KernelRegistration.Write(kernels));
        });
    }

    private static void Add(SourceProductionContext output, string file, string text) =>
        output.AddSource(file, Microsoft.CodeAnalysis.Text.SourceText.From(text, Encoding.UTF8));
}
