using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Diagnostics;

/// <summary>One diagnostic about a cell's source. Its location references the syntax tree, so two findings are equal while the file is
/// unchanged, and <c>#pragma warning</c> suppresses the diagnostic.</summary>
internal sealed record Finding(string Id, string Message, Location Location)
{
    public DiagnosticSeverity Severity => Catalogue.Descriptor(Id).DefaultSeverity;

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Catalogue.Descriptor(Id), Location, Message);
}
