using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Text;

namespace RnnJit.Cli;

/// <summary>A cell named on the command line: a built-in one by name, a class in a C# file, or the text of one in an .ir file.</summary>
internal static class CellArgument
{
    public const string Description =
        "A cell: a name such as lstm, gru or elman, a C# file (FILE.cs, or FILE.cs:NAME where it has several) or an .ir file";

    private const long LongestText = 4 << 20;

    public static Argument<string> Create() => new("cell") { Description = Description };

    /// <param name="terminal">Its standard error takes the warnings about a C# file; null drops them.</param>
    /// <exception cref="GraphException">The name is unknown or the .ir file holds no cell.</exception>
    /// <exception cref="CellFileException">The C# file holds no such cell.</exception>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public static CellDefinition Find(string cell, Terminal? terminal)
    {
        if (FileOf(cell) is not { } path)
            return LooksLikePath(cell)
                ? throw new UsageException($"'{cell}' is no cell (give a name such as lstm, a C# file FILE.cs or an .ir file)")
                : CellRegistry.Find(cell);
        if (Directory.Exists(path))
            throw new UsageException($"'{path}' is a folder, wanted a file (name the file in it)");
        if (path.EndsWith(".ir", StringComparison.OrdinalIgnoreCase))
            return FromText(path);
        return File.Exists(path)
            ? CellFile.Load(path, cell.Length > path.Length + 1 ? cell[(path.Length + 1)..] : null,
                onWarning: terminal is null ? null : sentence => terminal.Error.WriteLine(sentence))
            : throw new UsageException($"'{path}' does not exist (check the path)");
    }

    /// <summary>The file that an argument names; null for a name of a built-in cell.</summary>
    public static string? FileOf(string cell)
    {
        if (cell.EndsWith(".ir", StringComparison.OrdinalIgnoreCase))
            return cell;
        int end = cell.LastIndexOf(".cs", StringComparison.OrdinalIgnoreCase) + 3;
        return end < 3 || (cell.Length > end && cell[end] != ':') ? null : cell[..end];
    }

    private static bool LooksLikePath(string cell) => cell.AsSpan().ContainsAny('/', '\\') || File.Exists(cell) || Directory.Exists(cell);

    private static CellDefinition FromText(string path)
    {
        Graph graph = Parser.Parse(Read(path));
        if (graph.Kind != "cell")
            throw new UsageException($"'{path}' holds a {graph.Kind}, wanted a cell (its first line reads 'cell NAME')");
        Verify.Verifier.Check(graph);
        return new CellDefinition(CellInit.Complete(graph));
    }

    private static string Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > LongestText } file
                ? throw new UsageException(
                    $"'{path}' has {file.Length} bytes, wanted at most {LongestText} (a cell is a text of some lines)")
                : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (check the path)");
        }
    }
}
