using System.Globalization;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Counts outcomes by class.</summary>
internal sealed class FuzzReport
{
    private readonly SortedDictionary<string, List<MutantOutcome>> classes = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    public List<MutantOutcome> Failures { get; } = [];

    public int Classes => classes.Count;

    public void Add(MutantOutcome outcome)
    {
        Count++;
        if (!classes.TryGetValue(outcome.Class, out List<MutantOutcome>? rows))
            classes.Add(outcome.Class, rows = []);
        rows.Add(outcome);
        if (outcome.IsFailure)
            Failures.Add(outcome);
    }

    /// <summary>A line for each class: how many of each verdict, the longest time, the most memory that Load took over 4 times the
    /// file.</summary>
    public void Print(TextWriter to)
    {
        var table =
            new TextTable("class", "mutants", "accepted", "refused", "traces", "memory", "hangs", "aborts", "longest ms", "load MB");
        foreach (var (name, rows) in classes)
            table.Add(Row(name, rows));
        table.Add(Row("all", [.. classes.Values.SelectMany(rows => rows)]));
        table.Print(to, markdown: false);
    }

    private static string[] Row(string name, IReadOnlyCollection<MutantOutcome> rows)
    {
        string Count(Verdict verdict) => rows.Count(row => row.Verdict == verdict).ToString(CultureInfo.InvariantCulture);
        double load = rows.Count == 0 ? 0 : rows.Max(row => Math.Max(0, row.LoadBytes - (4 * row.FileBytes))) / (double)(1 << 20);
        return
        [
            name, rows.Count.ToString(CultureInfo.InvariantCulture), Count(Verdict.Accepted), Count(Verdict.Refused), Count(Verdict.Trace),
            Count(Verdict.Memory), Count(Verdict.Hang), Count(Verdict.Abort),
            (rows.Count == 0 ? 0 : rows.Max(row => row.Milliseconds)).ToString(CultureInfo.InvariantCulture),
            load.ToString("0.0", CultureInfo.InvariantCulture),
        ];
    }
}
