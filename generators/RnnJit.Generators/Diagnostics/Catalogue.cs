using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Diagnostics;

/// <summary>The diagnostics of the generator; docs/diagnostics.md has cause, example and cure of each.</summary>
internal static class Catalogue
{
    private static readonly Dictionary<string, DiagnosticDescriptor> Known = new[]
    {
        Error("RNNJ001", "A cell has no Step"),
        Error("RNNJ002", "Step returns something else than values"),
        Error("RNNJ003", "A parameter of Step has no such type"),
        Error("RNNJ004", "A cell is not static and partial"),
        Error("RNNJ005", "A cell cannot be completed where it stands"),
        Error("RNNJ006", "A cell has several methods Step"),
        Error("RNNJ010", "Step has no value"),
        Error("RNNJ011", "Step returns no state"),
        Error("RNNJ012", "Elements of the returned tuple have no names"),
        Error("RNNJ013", "A state changes its shape"),
        Error("RNNJ014", "An initialiser is unknown"),
        Error("RNNJ016", "A number is given that the cell does not have"),
        Error("RNNJ018", "A parameter has fewer dimensions than are named"),
        Error("RNNJ020", "Step calls what is not compiled"),
        Error("RNNJ021", "Control flow depends on values"),
        Error("RNNJ022", "Step changes something outside itself"),
        Error("RNNJ023", "Step fails"),

        // The cell still works: by tracing, or as it is written.
        Warning("RNNJ015", "A number of a cell has no value"),
        Warning("RNNJ030", "The generator cannot read this construct"),
        Warning("RNNJ031", "A matrix product is followed by an elementwise product"),
        Warning("RNNJ032", "A parameter of a cell is not used"),
    }.ToDictionary(descriptor => descriptor.Id, StringComparer.Ordinal);

    /// <summary>True where the generator has a descriptor for the id. Other ids come from Core, or are reported at run time only.</summary>
    public static bool IsOfSource(string id) => Known.ContainsKey(id);

    // Rules of graphs (RNNJ1xx) come from the ops with an id of their own and are errors.
    public static DiagnosticDescriptor Descriptor(string id) =>
        Known.TryGetValue(id, out DiagnosticDescriptor? descriptor) ? descriptor : Error(id, "A rule of graphs is broken");

    private static DiagnosticDescriptor Error(string id, string title) => Describe(id, title, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(string id, string title) => Describe(id, title, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Describe(string id, string title, DiagnosticSeverity severity) =>
        new(id, title, "{0}", "RnnJit", severity, isEnabledByDefault: true);
}
