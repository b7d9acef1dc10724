using System.CommandLine;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.Comparisons;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench additions</c> and <c>rnnjit bench lengths</c>: layers of ours against each other.</summary>
internal static class BenchComparisonCommand
{
    public static Command Additions(Terminal terminal) => Create(
        terminal, "additions", Comparison.Additions, [1],
        """
        Measure what users add to an LSTM against our LSTM alone, a training step: peepholes, zoneout, recurrent dropout, layer normalisation in three forms.

        Each row: the LSTM's fastest run, that of the other cell, their ratio and the most that is wanted. All cells of a shape take turns. With one thread, unless --threads names a number.

        Examples:
          rnnjit bench additions --quick
          rnnjit bench additions --only zoneout --markdown
        """);

    public static Command Lengths(Terminal terminal) => Create(
        terminal, "lengths", Comparison.Lengths, [1, 2],
        """
        Measure batches whose rows have lengths against the same batches padded, forward and training: LSTM, GRU, layer-norm LSTM.

        Lengths are uniform in 1 … T, from a fixed seed, about half of the padded steps; or full, all T. Each row: the fastest padded run, the fastest with lengths, their ratio and the most
        that is wanted. With one thread, then with two, unless --threads names a number.

        Examples:
          rnnjit bench lengths --quick
          rnnjit bench lengths --threads 1 --only training --markdown
        """);

    private static Command Create(Terminal terminal, string name, IReadOnlyList<Comparison> all, int[] threads, string description)
    {
        var quick = new Option<bool>("--quick") { Description = "Measure for a tenth of the time: a glance, not a figure" };
        var markdown = new Option<bool>("--markdown") { Description = "Print the table as Markdown" };
        Option<string> only = CommonOptions.Text("--only", "Only rows whose layer or name holds this text", "");
        var command = new Command(name, description) { quick, markdown, only };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(markdown))
                CommonOptions.RequireAbsent(parsed, markdown.Name, CommonOptions.Json);
            if (IsaFlag.Restart(parsed) is { } code)
                return code;
            string text = parsed.GetRequiredValue(only);
            Comparison[] chosen = [.. all.Select(comparison => comparison.Only(text)).OfType<Comparison>()];
            if (chosen.Length == 0)
                throw new UsageException(
                    $"--only is '{text}', which no row of 'rnnjit bench {name}' holds (for instance: {all[0].Variants[0].Title})");
            int count = parsed.GetValue(CommonOptions.Threads);
            var run = new ComparisonRun(chosen, parsed.GetValue(quick) ? MeasurementBudget.Quick : MeasurementBudget.Long,
                count > 0 ? [count] : threads, terminal.Error, terminal.Interrupted);
            run.Run();
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(
                    JsonSerializer.Serialize(new { machines = run.Machines, rows = run.Rows.Select(row => row.ToJson()) }));
            else
                Print(terminal.Out, run, parsed.GetValue(markdown));
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(TextWriter to, ComparisonRun run, bool markdown)
    {
        foreach (var machine in run.Machines)
            to.WriteLine(LayerReport.Describe(machine));
        to.WriteLine();
        var table = new TextTable([.. ComparisonRow.Heads]);
        foreach (ComparisonRow row in run.Rows)
            table.Add(row.Cells);
        table.Print(to, markdown);
        to.WriteLine();
        to.WriteLine($"{run.Rows.Count(row => row.Met == true)} of {run.Rows.Count(row => row.Met is not null)} met");
    }
}
