using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench workers</c>: threads where there are not enough cores, or not enough work.</summary>
internal static class BenchWorkersCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string> cell = CommonOptions.Text("--cell", CellArgument.Description, "lstm");
        Option<double> seconds = CommonOptions.Number("--seconds", "How long to measure each layer", 10.0);
        Option<string> only = CommonOptions.Text("--only", "Only one part: more, busy or small", "");
        var markdown = new Option<bool>("--markdown") { Description = "Print the table as Markdown" };
        var spin = new Option<bool>(BusyProcess.Option) { Hidden = true };
        var command = new Command("workers",
            """
            Measure layers with 64 threads against one for each core (more), two threads against one while another process keeps a core busy (busy), and the default number of
            threads against one where a layer is too small for a second thread (small). Fastest runs, in turns; beside a busy process the mean of all runs.

            Examples:
              rnnjit bench workers --markdown
              rnnjit bench workers --only busy --seconds 2
            """) { cell, seconds, only, markdown, spin };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(spin))
            {
                BusyProcess.Spin(terminal.Out);
                return ExitCode.Success;
            }

            if (parsed.GetValue(markdown))
                CommonOptions.RequireAbsent(parsed, markdown.Name, CommonOptions.Json);
            if (IsaFlag.Restart(parsed) is { } code)
                return code;
            if (CommonOptions.IsGiven(parsed, CommonOptions.Threads))
                throw new UsageException(
                    "bench workers compares numbers of threads of its own, so --threads has no meaning (leave it out)");
            var times = new WorkerTimes(CellArgument.Find(parsed.GetRequiredValue(cell), terminal), CommonOptions.Seconds(parsed, seconds),
                terminal.Interrupted);
            WorkerTime[] rows = [.. Rows(times, parsed.GetRequiredValue(only))];
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(rows));
            else
                Print(terminal.Out, rows, parsed.GetValue(markdown));
            return ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<WorkerTime> Rows(WorkerTimes times, string only) => only switch
    {
        "" => times.MoreThanCores().Concat(times.BesideBusyProcess()).Concat(times.TooSmall()),
        "more" => times.MoreThanCores(),
        "busy" => times.BesideBusyProcess(),
        "small" => times.TooSmall(),
        _ => throw new UsageException($"--only is '{only}', wanted more, busy or small (change it)"),
    };

    private static void Print(TextWriter to, IReadOnlyList<WorkerTime> rows, bool markdown)
    {
        var table = new TextTable(["layer, T,B,H", "compared", "ms", "against ms", "ratio", "at most"]);
        foreach (WorkerTime row in rows)
            table.Add([row.Layer, row.Case, Number(row.Seconds * 1e3, "0.0000"), Number(row.Base * 1e3, "0.0000"),
                Number(row.Ratio, "0.00"), Number(row.Wanted, "0.00")]);
        table.Print(to, markdown);
        to.WriteLine();
        to.WriteLine($"{rows.Count(row => row.Met)} of {rows.Count} met");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
