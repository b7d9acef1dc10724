using RnnJit.Cells;
using RnnJit.Generators.Diagnostics;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

/// <summary>The user's own name of a value.</summary>
internal sealed record LocalName(int Value, string Name);

/// <summary>The namespace and enclosing types of a cell's class: the place of its generated part.</summary>
/// <param name="Outer">Heads of the enclosing types, outermost first.</param>
/// <param name="Visible">True where code outside the enclosing types can name the class.</param>
internal sealed record CellPlace(string Namespace, EquatableArray<string> Outer, string Name, bool Visible)
{
    /// <summary>The name without signs that no file name may have.</summary>
    public string FullName => string.Join(".", new[] { Namespace }.Where(part => part.Length > 0)
        .Concat(Outer.Select(head => head.Substring(head.LastIndexOf(' ') + 1))).Append(Name)).Replace("@", "");
}

/// <summary>The incremental model of one cell: equal by content, without positions.</summary>
/// <param name="Step">Null when only the runtime can read the cell.</param>
/// <param name="Source">The class as it is written, without its indentation.</param>
internal sealed record CellModel(CellPlace Place, Graph? Step, EquatableArray<LocalName> Names, string Source)
{
    public CellDefinition? Cell => Step is null ? null : new CellDefinition(Step).From(Source);
}

/// <summary>The result of reading a cell's class: a model (null where there are errors) and the diagnostics found.</summary>
internal sealed record CellReading(CellModel? Model, EquatableArray<Finding> Findings);
