using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.Scaling;
using RnnJit.Cli.Training;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench scaling</c>: how the cost of a step grows with each size, and where it does not grow evenly.</summary>
internal static class BenchScalingCommand
{
    private static readonly int[] Both = [1, 2];

    public static Command Create(Terminal terminal)
    {
        Option<string> cell = CommonOptions.Text("--cell", CellArgument.Description, "lstm");
        Option<string?> charts =
            CommonOptions.Optional("--charts", "Draw a chart of each sweep (scaling-T.svg and so on) into this folder", "folder");
        var quick = new Option<bool>("--quick") { Description = "Fewer and smaller sizes for a tenth of the time: a glance, not a figure" };
        var command = new Command("scaling",
            """
            Measure the cost of a time step over T from 10 to 10,000, H from 16 to 2048 and B from 1 to 256, forward and training, and name every cliff: a shape that takes
            longer than its larger neighbour, or longer with two threads than with one.

            Examples:
              rnnjit bench scaling --quick
              rnnjit bench scaling --cell gruresetafter --charts docs
              rnnjit bench scaling --threads 1 --json
            """) { cell, charts, quick };
        command.SetAction(parsed =>
        {
            if (IsaFlag.Restart(parsed) is { } code)
                return code;
            string? folder = parsed.GetValue(charts);
            if (folder is not null && !Directory.Exists(folder))
                throw new UsageException($"The folder '{folder}' does not exist (create it first)");
            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell), terminal);
            int threads = parsed.GetValue(CommonOptions.Threads);
            bool glance = parsed.GetValue(quick);
            IReadOnlyList<ScalingCurve> curves = new ScalingRun(definition, glance ? MeasurementBudget.Quick : MeasurementBudget.Full,
                threads > 0 ? [threads] : Both, Sweep.All(glance), terminal.Error, terminal.Interrupted).Run();
            foreach (var sweep in folder is null ? [] : curves.GroupBy(curve => curve.Sweep))
                OutputFile.Write(Path.Combine(folder!, sweep.Key.File), ScalingCurve.Chart(definition.Name, [.. sweep]).ToSvg());
            string[] cliffs = [.. Cliffs(curves)];
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = definition.Name, curves = curves.Select(ToJson), cliffs }));
            else
                Print(terminal.Out, curves, cliffs);
            return ExitCode.Success;
        });
        return command;
    }

    private static object ToJson(ScalingCurve curve) => new
    {
        sweep = curve.Sweep.Symbol,
        sizes = curve.Sweep.Sizes,
        training = curve.Training,
        threads = curve.Threads,
        seconds = curve.Seconds
    };

    private static IEnumerable<string> Cliffs(IReadOnlyList<ScalingCurve> curves) => curves.SelectMany(curve => curve.Cliffs()).Concat(
        from more in curves from fewer in curves where more.HasMoreThreadsThan(fewer) from cliff in more.Cliffs(fewer) select cliff);

    private static void Print(TextWriter to, IReadOnlyList<ScalingCurve> curves, string[] cliffs)
    {
        foreach (var sweep in curves.GroupBy(curve => curve.Sweep))
        {
            to.WriteLine($"microseconds a step over {sweep.Key.Name}");
            var table = new TextTable([sweep.Key.Symbol[..1], .. sweep.Select(curve => curve.Name)]);
            for (int i = 0; i < sweep.Key.Sizes.Length; i++)
                table.Add([sweep.Key.Sizes[i].ToString(CultureInfo.InvariantCulture),
                    .. sweep.Select(curve => (curve.StepSeconds[i] * 1e6).ToString("0.00", CultureInfo.InvariantCulture))]);
            table.Print(to, markdown: false);
            to.WriteLine();
        }

        foreach (string cliff in cliffs)
            to.WriteLine(cliff);
        if (cliffs.Length == 0)
            to.WriteLine("No cliff: nothing is slower than its larger neighbour, or with more threads");
    }
}
