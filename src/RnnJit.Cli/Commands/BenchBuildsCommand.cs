using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.Builds;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench builds</c>: this build against another one.</summary>
internal static class BenchBuildsCommand
{
    private const double WantedMean = 0.99;

    public static Command Create(Terminal terminal)
    {
        var other = new Option<string>("--other")
        {
            Description = "The other build's tool: rnnjit, rnnjit.dll, or the folder that holds it",
            HelpName = "path",
            Required = true
        };
        Option<int> repeats = CommonOptions.Number("--repeats", "How often all layers are measured, each time with fresh processes", 3);
        var quick = new Option<bool>("--quick") { Description = "Measure for a small part of the time: a glance, not a figure" };
        var markdown = new Option<bool>("--markdown") { Description = "Print the table as Markdown" };
        Option<string> only = CommonOptions.Text("--only", "Only layers whose name holds this text", "");
        var command = new Command("builds",
            """
            Measure this build of RnnJit against another one, in turns: LSTM, GRU, layer-norm LSTM and a user's cell, forward and training, with lengths and additions, as streams.

            Each build runs 'bench serve' in a process; a second process of this build is the control (A/A). A ratio is the other build's time divided by this build's: above 1 this build is
            faster. Fastest runs and medians are compared. With one thread all three processes share a core, another one in each turn. A layer that a build refuses is listed as not measured.
            With one thread, then with two, unless --threads names a number. About 10 minutes for three repeats.

            Exit codes: 0 measured; 1 this build failed at a layer, or no layer was measured; 2 there is no other build.

            Examples:
              rnnjit bench builds --other ../before/src/RnnJit.Cli/bin/Release/net10.0 --markdown
              rnnjit bench builds --other before/rnnjit.dll --quick --repeats 1 --only stream
            """) { other, repeats, quick, markdown, only };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(markdown))
                CommonOptions.RequireAbsent(parsed, markdown.Name, CommonOptions.Json);
            if (IsaFlag.Restart(parsed) is { } code)
                return code;
            if (parsed.GetValue(repeats) is var count && count < 1)
                throw new UsageException($"--repeats is {count}, wanted at least 1 (change it)");
            BuildCase[] cases = Choose(parsed.GetRequiredValue(only), parsed.GetValue(CommonOptions.Threads));
            string path = parsed.GetRequiredValue(other);
            BuildTool.At(path);
            var run = new BuildRun(
                cases, (own, threads) => BuildTool.Start(own ? BuildTool.Own() : BuildTool.At(path), threads),
                parsed.GetValue(quick) ? MeasurementBudget.Quick : MeasurementBudget.Builds, count, terminal.Error, terminal.Interrupted);
            return Report(terminal, run, parsed.GetValue(CommonOptions.Json), parsed.GetValue(markdown));
        });
        return command;
    }

    /// <summary>Runs and prints.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Terminal terminal, BuildRun run, bool json, bool markdown)
    {
        try
        {
            run.Run();
        }
        catch (BuildFailure failure)
        {
            throw new UsageException(
                $"{(failure.Own ? "This" : "The other")} build does not start: {failure.Message} (give another --other)");
        }

        IReadOnlyList<BuildRow> rows = run.Rows;
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(new { rows = rows.Select(row => row.ToJson()), summary = Summary(rows) }));
        else
            Print(terminal.Out, rows, run.Repeats, markdown);
        return rows.Any(row => row.OwnFailed) || !rows.Any(row => row.Measured) ? ExitCode.Failure : ExitCode.Success;
    }

    private static BuildCase[] Choose(string text, int threads)
    {
        BuildCase[] chosen = [.. BuildCase.All.Where(one => one.Title.Contains(text, StringComparison.OrdinalIgnoreCase))];
        if (chosen.Length == 0)
            throw new UsageException(
                $"--only is '{text}', which no layer of 'rnnjit bench builds' holds (for instance: {BuildCase.All[0].Title})");
        return threads == 0 ? chosen : [.. chosen.Select(one => one.Mode == "stream" ? one : one with { Threads = threads }).Distinct()];
    }

    private static void Print(TextWriter to, IReadOnlyList<BuildRow> rows, int repeats, bool markdown)
    {
        BuildRow[] measured = [.. rows.Where(row => row.Measured)];
        if (measured.Length > 0)
        {
            var table = new TextTable([.. BuildRow.Heads]);
            foreach (BuildRow row in measured)
                table.Add(row.Cells);
            table.Print(to, markdown);
            to.WriteLine();
            PrintSummary(to, measured, repeats);
        }

        foreach (BuildRow row in rows.Where(row => !row.Measured))
            to.WriteLine(
                $"not measured: {row.Case.Title}, {row.Case.Threads} thread{(row.Case.Threads == 1 ? "" : "s")}: {row.NotMeasured}");
    }

    private static void PrintSummary(TextWriter to, BuildRow[] rows, int repeats)
    {
        double mean = BuildRow.GeometricMean(rows.Select(row => row.Best));
        BuildRow least = rows.MinBy(row => row.Best)!;
        int always = rows.Count(row => row.Below == repeats);
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"geometric mean {mean:0.000} (medians {BuildRow.GeometricMean(rows.Select(row => row.Median)):0.000}; "
                + $"control {BuildRow.GeometricMean(rows.Select(row => row.ControlBest)):0.000}), wanted {WantedMean:0.00}: "
                + $"{(mean >= WantedMean ? "met" : "not met")}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"least {least.Best:0.000}: {least.Case.Title}, threads {least.Case.Threads}; "
                + $"control {rows.Min(row => row.ControlBest):0.000}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"below {BuildRow.Bound:0.00}: {always} of {rows.Length} in all {repeats} repeats "
                + $"(control {rows.Count(row => row.ControlBelow == repeats)}), {rows.Count(row => row.Below > 0)} in at least one "
                + $"(control {rows.Count(row => row.ControlBelow > 0)}); wanted none in all: {(always == 0 ? "met" : "not met")}"));
    }

    private static object? Summary(IReadOnlyList<BuildRow> all)
    {
        BuildRow[] rows = [.. all.Where(row => row.Measured)];
        return rows.Length == 0 ? null : new
        {
            geometricMean = BuildRow.GeometricMean(rows.Select(row => row.Best)),
            ofMedians = BuildRow.GeometricMean(rows.Select(row => row.Median)),
            control = BuildRow.GeometricMean(rows.Select(row => row.ControlBest)),
            least = rows.Min(row => row.Best),
            below = Enumerable.Range(0, rows[0].Repeats.Count)
                .Select(repeat => rows.Count(row => row.Repeats[repeat].Best < BuildRow.Bound)),
            belowInAll = rows.Count(row => row.Below == row.Repeats.Count),
            notMeasured = all.Count - rows.Length,
        };
    }
}
