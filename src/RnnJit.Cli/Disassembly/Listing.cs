using System.Text.RegularExpressions;

namespace RnnJit.Cli.Disassembly;

/// <summary>The machine code of one method, as the runtime prints it for <c>DOTNET_JitDisasm</c>: blocks that begin with a label, and the
/// constants behind them.</summary>
/// <param name="Method">Class, name and type arguments.</param>
internal sealed partial record Listing(string Method, IReadOnlyList<string> Lines)
{
    private const string Head = "; Assembly listing for method ";

    /// <summary>The methods of a file of the runtime.</summary>
    public static IEnumerable<Listing> Read(string text) =>
        text.ReplaceLineEndings("\n").Split(Head, StringSplitOptions.None).Skip(1).Select(part => part.Split('\n'))
            .Select(lines => new Listing(lines[0], [.. lines.Skip(1).Select(Clean).Where(line => line.Length > 0 && line[0] != ';')]));

    /// <summary>Instructions among the lines.</summary>
    public static int Instructions(IEnumerable<string> lines) => lines.Count(line => line[0] == ' ');

    /// <summary>The lines of the longest loop that contains no other one, and the constants it reads; null where the method has no
    /// loop.</summary>
    public IReadOnlyList<string>? HotLoop()
    {
        (int First, int Last)[] loops = [.. Loops()];
        (int First, int Last)[] inner = [.. loops.Where(loop => !loops.Any(other => other != loop && Holds(loop, other)))];
        if (inner.Length == 0)
            return null;
        var (first, last) = inner.MaxBy(loop => Instructions(Lines.Take(loop.Last + 1).Skip(loop.First)));
        string[] loop = [.. Lines.Take(last + 1).Skip(first)];
        return [.. loop, .. Lines.Where(line => ConstantOf(line) is { } name && loop.Any(instruction => instruction.Contains(name)))];
    }

    // A jump to a label at or above it closes a loop.
    private IEnumerable<(int First, int Last)> Loops()
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Lines.Count; i++)
        {
            if (Lines[i].EndsWith(':'))
                labels[Lines[i][..^1]] = i;
            else if (Jump().Match(Lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int start))
                yield return (start, i);
        }
    }

    private static bool Holds((int First, int Last) outer, (int First, int Last) inner) =>
        outer.First <= inner.First && inner.Last <= outer.Last;

    private static string? ConstantOf(string line) => Constant().Match(line) is { Success: true } found ? found.Value : null;

    // Places of blocks are left out, as they move with everything above them.
    private static string Clean(string line) => Offset().Replace(line, "").TrimEnd();

    [GeneratedRegex(@"\s*;; offset=.*$")]
    private static partial Regex Offset();

    [GeneratedRegex(@"^RWD\w+")]
    private static partial Regex Constant();

    // The last operand of a branch of x64 or Arm64.
    [GeneratedRegex(@"^\s+\S.*?\b(G_M\w+_IG\w+)$")]
    private static partial Regex Jump();
}
