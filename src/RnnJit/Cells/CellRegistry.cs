using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Cells;

/// <summary>All cells of the loaded assemblies, by type and by name. A cell that was read at build time comes from its text,
/// every other one is traced.</summary>
public static class CellRegistry
{
    private const DynamicallyAccessedMemberTypes Methods =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    private static readonly ConcurrentDictionary<Type, Lazy<CellDefinition>> Cells = new();

    /// <summary>The names of all registered cells, sorted; a name that several types share is written with its namespace.</summary>
    public static IReadOnlyList<string> Names => Cells.Keys.GroupBy(type => type.Name)
        .SelectMany(group => group.Count() == 1 ? [group.Key] : group.Select(FullName)).Order(StringComparer.Ordinal).ToArray();

    /// <summary>Called by generated code for a cell that was read at build time.</summary>
    /// <param name="define">Called when the cell is asked for, once.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void Register(Type cell, Func<CellDefinition> define) => Cells[cell] = new Lazy<CellDefinition>(define);

    /// <summary>Called by generated code.</summary>
    /// <param name="text">The canonical text of its step.</param>
    /// <param name="source">The C# text of its class.</param>
    /// <param name="names">The user's own names of values, by number.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static CellDefinition Define(string text, string source, params (int Value, string Name)[] names) => new CellDefinition(
        Parser.Parse(text) with { LocalNames = names.ToDictionary(local => local.Value, local => local.Name) }).From(source);

    /// <summary>Called by generated code for a cell that only the runtime can read.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void Register([DynamicallyAccessedMembers(Methods)] Type cell) =>
        Cells[cell] = new Lazy<CellDefinition>(() => CellTracer.Trace(cell));

    /// <summary>The cell of a class marked <see cref="RnnCellAttribute"/>.</summary>
    /// <param name="numbers">Other values for its float and int parameters; the cell is then traced.</param>
    /// <exception cref="GraphException">RNNJ0xx: the class is no cell.</exception>
    public static CellDefinition Find([DynamicallyAccessedMembers(Methods)] Type cell, IReadOnlyDictionary<string, double>? numbers = null)
    {
        if (numbers is { Count: > 0 })
            return CellTracer.Trace(cell, numbers);

        RuntimeHelpers.RunModuleConstructor(cell.Module.ModuleHandle);
        if (!Cells.ContainsKey(cell))
            Register(cell);
        return Cells[cell].Value;
    }

    /// <summary>The cell with this name, with or without namespace, in any case.</summary>
    /// <exception cref="GraphException">RNNJ017: no registered cell or several have the name.</exception>
    public static CellDefinition Find(string name)
    {
        Type[] found = Cells.Keys.Where(type => name.Equals(FullName(type), StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0)
            found = Cells.Keys.Where(type => name.Equals(type.Name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found switch
        {
            [var only] => Cells[only].Value,
            [] => throw new GraphException("RNNJ017",
                $"No cell is called '{name}' ({NearName.Suggest(name, Names)}known: {string.Join(", ", Names)})"),
            _ => throw new GraphException("RNNJ017",
                $"'{name}' is the name of {found.Length} cells "
                    + $"(write one of {string.Join(", ", found.Select(FullName).Order(StringComparer.Ordinal))})"),
        };
    }

    private static string FullName(Type type) => type.FullName!.Replace('+', '.');
}
