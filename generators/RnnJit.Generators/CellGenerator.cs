using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Generators.Emission;
using RnnJit.Generators.Reading;

namespace RnnJit.Generators;

/// <summary>Reads every class marked <see cref="RnnCellAttribute"/> and completes it. Models and sentences are on branches of their own, so that moved code writes no file anew.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CellGenerator : IIncrementalGenerator
{
    internal const string Readings = "Readings";
    internal const string Models = "Models";
    internal const string Findings = "Findings";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<CellReading> readings = context.SyntaxProvider.ForAttributeWithMetadataName(
            typeof(RnnCellAttribute).FullName!,
            static (node, _) => node is TypeDeclarationSyntax,
            static (found, cancel) => CellReader.Read((INamedTypeSymbol)found.TargetSymbol, found.SemanticModel.Compilation, cancel)).WithTrackingName(Readings);

        context.RegisterSourceOutput(
            readings.Select(static (reading, _) => reading.Model).Where(static model => model is not null).WithTrackingName(Models),
            static (output, model) => output.AddSource(CellSource.FileName(model!), Microsoft.CodeAnalysis.Text.SourceText.From(CellSource.Write(model!), Encoding.UTF8)));
        context.RegisterSourceOutput(
            readings.SelectMany(static (reading, _) => reading.Findings).WithTrackingName(Findings),
            static (output, finding) => output.ReportDiagnostic(finding.ToDiagnostic()));
    }
}
