using Microsoft.CodeAnalysis;
using RnnJit.Generators.Diagnostics;

namespace RnnJit.Generators.Reading;

/// <summary>Reading cannot go on. Without a finding the C# compiler has said why.</summary>
internal sealed class ReadingStopped(Finding? finding) : Exception(finding?.Message)
{
    public Finding? Finding { get; } = finding;

    public static ReadingStopped At(Location location, string id, string message) => new(new Finding(id, message, location));

    public static ReadingStopped At(SyntaxNode syntax, string id, string message) => At(syntax.GetLocation(), id, message);

    public static ReadingStopped At(IOperation operation, string id, string message) => At(operation.Syntax, id, message);

    /// <summary>C# that only runs at run time.</summary>
    public static ReadingStopped Unreadable(IOperation operation, string cure) =>
        At(operation, "RNNJ030",
            $"The generator cannot read '{SourceText.Of(operation.Syntax)}', so the cell is traced at run time ({cure})");
}
