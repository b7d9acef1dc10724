using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Bench.Targets;

/// <summary><c>RnnJit.Bench targets</c>: performance goals of RnnJit, and what it reaches.</summary>
internal static class TargetsCommand
{
    private const double RealTime = 100, MostBlockSeconds = 100e-6;

    private static readonly int[] Both = [1, 2];

    /// <param name="arguments">Of the process, <c>targets</c> first.</param>
    public static int Execute(string[] arguments, Terminal terminal) =>
        Cli.Commands.CommandLine.Run(arguments, terminal, "RnnJit.Bench", Root);

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Benchmarks of RnnJit.");
        foreach (Option option in (Option[])[CommonOptions.Json, CommonOptions.Threads, CommonOptions.KernelCache, IsaFlag.Option])
            root.Add(option);
        root.Add(Create(terminal));
        return root;
    }

    private static Command Create(Terminal terminal)
    {
        var quick = new Option<bool>("--quick") { Description = "Measure for a small part of the time: a glance, not a figure" };
        var markdown = new Option<bool>("--markdown") { Description = "Print the table as Markdown" };
        Option<string> only = CommonOptions.Text("--only", "Only layers whose class or name holds this text", "");
        var command = new Command("targets",
            """
            Measure all layers that have a target, in turn with the peers that are installed: batch 1 in f32 and bf16, batched, training, a user's cell, a stream.

            Each row: our fastest run, the best peer's, their ratio and the one wanted, the part of the time that the machine's limit is and the one wanted.
            A ratio that would need more than 96 % of the limit is lowered to that. With one thread, then with two, unless --threads names a number.

            Examples:
              dotnet run -c Release --project bench/RnnJit.Bench -- targets --quick
              dotnet run -c Release --project bench/RnnJit.Bench -- targets --threads 1 --only training --markdown
              dotnet run -c Release --project bench/RnnJit.Bench -- targets --isa avx2 --json
            """) { quick, markdown, only };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(markdown))
                CommonOptions.RequireAbsent(parsed, markdown.Name, CommonOptions.Json);
            if (IsaFlag.Restart(parsed) is { } code)
                return code;
            int threads = parsed.GetValue(CommonOptions.Threads);
            var run = new TargetRun(
                parsed.GetValue(quick) ? MeasurementBudget.Quick : MeasurementBudget.Thorough, threads > 0 ? [threads] : Both,
                IsaFlag.Given(parsed), parsed.GetRequiredValue(only), terminal.Error, terminal.Interrupted);
            run.Run();
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new
                {
                    machines = run.Machines,
                    rows = run.Rows.Select(row => row.ToJson()),
                    stream = run.Stream,
                    missing = run.Missing,
                    notes = run.Notes,
                    wrong = run.Wrong
                }));
            else
                Print(terminal.Out, run, parsed.GetValue(markdown));
            return run.Wrong.Any() ? ExitCode.Failure : ExitCode.Success;
        });
        return command;
    }

    private static void Print(TextWriter to, TargetRun run, bool markdown)
    {
        foreach (var machine in run.Machines)
            to.WriteLine(LayerReport.Describe(machine));
        foreach (var (tool, why) in run.Missing)
            to.WriteLine($"{tool}: skipped, {why}");
        to.WriteLine();
        if (run.Rows.Count > 0)
        {
            var table = new TextTable("class", "T,B,H", "threads", "ms", "peer ms", "best peer", "ratio", "wanted", "% of limit", "wanted",
                "of LSTM", "met");
            foreach (TargetRow row in run.Rows)
                table.Add(row.Cells);
            table.Print(to, markdown);
            to.WriteLine();
            to.WriteLine($"{run.Rows.Count(row => row.Met == true)} of {run.Rows.Count(row => row.Met is not null)} met");
        }

        if (run.Stream is { } stream)
        {
            StreamTimes.Print(to, stream);
            bool met = stream.RealTime >= RealTime && stream.AllocatedBytes == 0 && stream.BlockSeconds < MostBlockSeconds;
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"wanted {RealTime:0} × real time, 0 bytes, a block in less than {MostBlockSeconds * 1e6:0} µs: "
                    + $"{(met ? "met" : "not met")} (a block takes {stream.BlockSeconds * 1e6:0.0} µs)"));
        }

        foreach (string note in run.Notes)
            to.WriteLine(note);
        foreach (string wrong in run.Wrong)
            to.WriteLine("WRONG: " + wrong);
    }
}
