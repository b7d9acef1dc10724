using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Diagnostics;

/// <summary>One sentence about a cell's source. Its location holds the syntax tree, so it is equal until that file changes and
/// obeys <c>#pragma warning</c>.</summary>
internal sealed record Finding(string Id, string Message, Location Location)
{
    public DiagnosticSeverity Severity => Catalogue.Descriptor(Id).DefaultSeverity;

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Catalogue.Descriptor(Id), Location, Message);
}
