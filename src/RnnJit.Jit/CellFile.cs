using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Cells;
using RnnJit.Generators.Diagnostics;
using RnnJit.Generators.Reading;
using RnnJit.Ir;
using RnnJit.Verify;

namespace RnnJit.Jit;

/// <summary>Cells in a C# file, read at run time as the source generator reads them at build time. <c>using System</c>, <c>using RnnJit</c>
/// and <c>using static RnnJit.Rnn</c> may be left away.</summary>
public sealed class CellFile
{
    private CellFile(string path, IReadOnlyList<CellDefinition> cells, IReadOnlyList<string> warnings)
    {
        Path = path;
        Cells = cells;
        Warnings = warnings;
    }

    public string Path { get; }

    /// <summary>The cells in the order of the file.</summary>
    public IReadOnlyList<CellDefinition> Cells { get; }

    /// <summary>One sentence each, as compilers print them: <c>FILE(line,column): warning ID: sentence</c>.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads one cell.</summary>
    /// <param name="name">Which cell, in any case; null where the file has only one.</param>
    /// <param name="numbers">Other values for its float and int parameters.</param>
    /// <param name="onWarning">Takes each of <see cref="Warnings"/>; null drops them.</param>
    /// <exception cref="CellFileException">The file gives no such cell.</exception>
    public static CellDefinition Load(string path, string? name = null, IReadOnlyDictionary<string, double>? numbers = null,
        Action<string>? onWarning = null)
    {
        CellFileCompilation file = Compile(path);
        CellFile read = Read(path, file, [Choose(path, file.Cells, name)], numbers);
        foreach (string warning in onWarning is null ? [] : read.Warnings)
            onWarning!(warning);
        return read.Cells[0];
    }

    /// <summary>Reads all cells of a file, with their default numbers.</summary>
    /// <exception cref="CellFileException">The file is no C#, has no cell, or a cell is wrong.</exception>
    public static CellFile Read(string path)
    {
        CellFileCompilation file = Compile(path);
        return Read(path, file, file.Cells, null);
    }

    private static CellFileCompilation Compile(string path)
    {
        CellFileCompilation file = CellFileCompilation.Of(path);
        string[] errors = file.Errors.Select(error => Sentence(path, error.Location, "error", error.Id,
            error.GetMessage(System.Globalization.CultureInfo.InvariantCulture) + Cure(error))).ToArray();
        if (errors.Length > 0)
            throw new CellFileException(errors);
        if (file.Cells.Count == 0)
            throw new CellFileException([$"The file '{path}' has no cell (mark a class with [RnnCell])"]);
        return file;
    }

    private static INamedTypeSymbol Choose(string path, IReadOnlyList<INamedTypeSymbol> cells, string? name)
    {
        string known = string.Join(", ", cells.Select(cell => cell.Name));
        if (name is null)
            return cells.Count == 1
                ? cells[0]
                : throw new CellFileException([$"The file '{path}' has {cells.Count} cells (choose one of {known})"]);

        return cells.FirstOrDefault(cell => cell.Name == name)
            ?? cells.FirstOrDefault(cell => cell.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new CellFileException([$"The file '{path}' has no cell '{name}' (it has {known})"]);
    }

    private static CellFile Read(string path, CellFileCompilation file, IReadOnlyList<INamedTypeSymbol> chosen,
        IReadOnlyDictionary<string, double>? numbers)
    {
        CellReading[] readings = chosen.Select(cell => CellReader.Read(cell, file.Compilation, CancellationToken.None, numbers)).ToArray();
        Finding[] findings = readings.SelectMany(reading => reading.Findings).ToArray();
        string[] errors = Sentences(path, findings, DiagnosticSeverity.Error);
        if (errors.Length > 0)
            throw new CellFileException(errors);

        CellDefinition[] cells = readings.Zip(chosen, (reading,
            cell) => Verified(path, cell, (reading.Model?.Cell ?? Trace(path, file, cell, numbers)).From(reading.Model?.Source))).ToArray();
        return new CellFile(path, cells, Sentences(path, findings, DiagnosticSeverity.Warning));
    }

    // Values that are known only by running the C# code.
    private static CellDefinition Trace(string path, CellFileCompilation file, INamedTypeSymbol cell,
        IReadOnlyDictionary<string, double>? numbers)
    {
        try
        {
            return file.Run(cell, type => CellTracer.Trace(type, numbers));
        }
        catch (GraphException e)
        {
            throw new CellFileException([Sentence(path, cell.Locations[0], "error", e.Id, e.Message)], e);
        }
        catch (TargetInvocationException e)
        {
            Exception cause = e.InnerException ?? e;
            throw new CellFileException([Sentence(path, cell.Locations[0], "error", "RNNJ023",
                $"Cell '{cell.Name}': Step throws {cause.GetType().Name}: {cause.Message} (make it run without)")], cause);
        }
    }

    private static CellDefinition Verified(string path, INamedTypeSymbol symbol, CellDefinition cell)
    {
        try
        {
            Verifier.Check(cell.Step);
            return cell;
        }
        catch (GraphException e)
        {
            throw new CellFileException([Sentence(path, symbol.Locations[0], "error", e.Id, e.Message)], e);
        }
    }

    // Of Math.Tanh(h) C# says only that a Value is no double.
    private static string Cure(Diagnostic error)
    {
        SyntaxNode? at = error.Id == "CS1503" ? error.Location.SourceTree?.GetRoot().FindNode(error.Location.SourceSpan) : null;
        return at?.FirstAncestorOrSelf<InvocationExpressionSyntax>()?.Expression is MemberAccessExpressionSyntax
        {
            Expression: var type,
            Name.Identifier.ValueText: var name
        }
            && type.ToString().Split('.')[^1] is "Math" or "MathF"
            && typeof(Rnn).GetMember(name).Length > 0
            ? $" (write {name} without '{type}.': functions of Rnn take values, those of {type} numbers)"
            : "";
    }

    private static string[] Sentences(string path, IEnumerable<Finding> findings, DiagnosticSeverity severity) =>
        findings.Where(finding => finding.Severity == severity)
        .Select(finding => Sentence(path, finding.Location, severity == DiagnosticSeverity.Error ? "error" : "warning", finding.Id,
            finding.Message)).ToArray();

    private static string Sentence(string path, Location location, string severity, string id, string message)
    {
        var start = location.GetLineSpan().StartLinePosition;
        return $"{path}({start.Line + 1},{start.Character + 1}): {severity} {id}: {message}";
    }
}
