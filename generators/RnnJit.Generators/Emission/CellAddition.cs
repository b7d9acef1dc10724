using RnnJit.Cells;

namespace RnnJit.Generators.Emission;

/// <summary>What is generated for a cell beside its text.</summary>
/// <param name="Members">Declarations inside the class, indented by four spaces; empty for none.</param>
/// <param name="Registration">Statements that run when the assembly is loaded, one a line, without indentation; empty for none.</param>
internal sealed record CellAddition(string Members, string Registration);

/// <summary>The additions, in the order in which they are written. Each is a function of the cell alone.</summary>
internal static class CellAdditions
{
    public static IReadOnlyList<Func<CellDefinition, CellAddition>> All { get; } = [];
}
