using System.CommandLine;
using System.Reflection;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Cli;

/// <summary>A cell named on the command line: a built-in one by name, or the text of one in an .ir file.</summary>
internal static class CellArgument
{
    public const string Description = "A cell: lstm, gru, gruresetafter, elman, elmanrelu, or an .ir file";

    public static Argument<string> Create() => new("cell") { Description = Description };

    /// <exception cref="GraphException">The name is unknown or the file holds no cell.</exception>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public static CellDefinition Find(string cell) =>
        cell.EndsWith(".ir", StringComparison.OrdinalIgnoreCase) ? FromText(cell) : BuiltIn(cell);

    private static CellDefinition FromText(string path)
    {
        Graph graph = Parser.Parse(Read(path));
        if (graph.Kind != "cell")
            throw new UsageException($"'{path}' holds a {graph.Kind}, wanted a cell (its first line reads 'cell NAME')");
        Verify.Verifier.Check(graph);
        return new CellDefinition(CellInit.Complete(graph));
    }

    private static CellDefinition BuiltIn(string name)
    {
        Type[] cells = typeof(Lstm).Assembly.GetTypes().Where(type => type.IsDefined(typeof(RnnCellAttribute))).ToArray();
        return cells.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? CellTracer.Trace(found)
            : throw new UsageException($"No cell is called '{name}' (choose {string.Join(", ", cells.Select(type => type.Name.ToLowerInvariant()).Order())}, or an .ir file)");
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (check the path)");
        }
    }
}
