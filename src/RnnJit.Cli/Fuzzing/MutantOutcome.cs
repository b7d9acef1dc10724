using System.Globalization;

namespace RnnJit.Cli.Fuzzing;

/// <summary>The result of reading a mutant.</summary>
internal enum Verdict
{
    /// <summary>It was read and ran.</summary>
    Accepted,

    /// <summary>A door refused it with a sentence.</summary>
    Refused,

    /// <summary>An exception that is no refusal.</summary>
    Trace,

    /// <summary>More memory than is allowed.</summary>
    Memory,

    /// <summary>No end within the time allowed.</summary>
    Hang,

    /// <summary>The process ended.</summary>
    Abort,
}

/// <summary>One mutant's result; a line of tab-separated fields between processes.</summary>
internal sealed record MutantOutcome(int Index, string Class, Verdict Verdict, long Milliseconds, long LoadBytes, long FileBytes,
    string Sentence)
{
    public const string Begin = "begin";

    private const string End = "end";

    public bool IsFailure => Verdict > Verdict.Refused;

    public string ToLine() => string.Create(CultureInfo.InvariantCulture,
        $"{End}\t{Index}\t{Class}\t{Verdict}\t{Milliseconds}\t{LoadBytes}\t{FileBytes}\t{Clean(Sentence)}");

    /// <summary>The outcome that a line tells; null where the line is another one.</summary>
    public static MutantOutcome? FromLine(string line)
    {
        string[] fields = line.Split('\t');
        return fields.Length == 8 && fields[0] == End
            ? new MutantOutcome(Number(fields[1]), fields[2], Enum.Parse<Verdict>(fields[3]), Number(fields[4]),
                long.Parse(fields[5], CultureInfo.InvariantCulture), long.Parse(fields[6], CultureInfo.InvariantCulture), fields[7])
            : null;
    }

    /// <summary>The index that a line begins; null where the line is another one.</summary>
    public static int? BeginOf(string line) =>
        line.StartsWith(Begin + "\t", StringComparison.Ordinal) ? Number(line[(Begin.Length + 1)..]) : null;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    // Names in sentences come from the file.
    private static string Clean(string text) =>
        string.Concat(text.Take(600).Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? ' ' : c));
}
