using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.DeepBench;
using RnnJit.Cli.Peers;
using RnnJit.Cli.Limits;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench deepbench</c>: the recurrent kernels of Baidu's DeepBench on this machine.</summary>
internal sealed class BenchDeepBenchCommand
{
    private readonly Terminal terminal;
    private readonly DeepBenchFilter filter = new();

    private readonly Option<int> most = CommonOptions.Number("--most-steps",
        "Run longer kernels over this many steps and scale their time (marked ≈); 0: all steps", 50);

    private readonly Option<bool> list = new("--list") { Description = "Only list the kernels chosen" };

    private readonly Option<bool> peers =
        new("--peers") { Description = "In turn with PyTorch, ONNX Runtime and oneDNN, where they are installed" };

    private readonly Option<bool> quick = new("--quick") { Description = "Measure for a tenth of the time: a glance, not a figure" };
    private readonly Option<bool> markdown = new("--markdown") { Description = "Print the table as Markdown" };

    private BenchDeepBenchCommand(Terminal terminal) => this.terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var bench = new BenchDeepBenchCommand(terminal);
        var command = new Command("deepbench",
            """
            Run the recurrent kernels of Baidu's DeepBench: training (forward and backward, all gradients) and inference of servers and devices (forward), in float32.

            Unlike DeepBench, the product with the input counts and is done. Vanilla is relu, gru has its reset after the product.

            Examples:
              rnnjit bench deepbench --list
              rnnjit bench deepbench --set server --cell lstm --batch 1 --threads 2
              rnnjit bench deepbench --set training --hidden 512 --peers --markdown
            """) { bench.most, bench.list, bench.peers, bench.quick, bench.markdown };
        bench.filter.AddTo(command);
        command.SetAction(bench.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(markdown))
            CommonOptions.RequireAbsent(parsed, markdown.Name, CommonOptions.Json);
        if (parsed.GetValue(list))
            CommonOptions.RequireAbsent(parsed, list.Name, most, peers, quick, markdown, IsaFlag.Option, CommonOptions.Threads);
        if (IsaFlag.Restart(parsed) is { } code)
            return code;
        if (parsed.GetValue(most) < 0)
            throw new UsageException($"--most-steps is {parsed.GetValue(most)}, wanted 0 or more (change it)");
        DeepBenchKernel[] kernels = filter.Read(parsed);
        if (!parsed.GetValue(list))
            return Measure(parsed, kernels);
        WriteList(terminal, kernels, parsed.GetValue(CommonOptions.Json));
        return ExitCode.Success;
    }

    private int Measure(ParseResult parsed, DeepBenchKernel[] kernels)
    {
        int threads = parsed.GetValue(CommonOptions.Threads);
        MeasurementBudget budget = parsed.GetValue(quick) ? MeasurementBudget.Quick : MeasurementBudget.Full;
        MachineLimits machine = MachineLimits.Measure(threads, budget.Seconds);
        int bits = IsaFlag.Given(parsed);
        using var group = new PeerGroup(machine.Threads, bits, parsed.GetValue(peers) ? PeerTool.All : []);
        double Work(DeepBenchKernel kernel) => budget.Work(kernel.Request(parsed.GetValue(most), threads), group.Tools.Count + 1);
        var progress = new BenchProgress(terminal.Error, [.. kernels.Select(Work)], terminal.Interrupted);
        DeepBenchRow[] rows = [.. kernels.Select(kernel =>
        {
            progress.Next($"{kernel.Cell} {kernel.Set} {kernel.Steps},{kernel.Batch},{kernel.Hidden}", Work(kernel));
            return new DeepBenchRow(kernel,
                PeerComparison.Run(kernel.Request(parsed.GetValue(most), threads), group, machine, budget, terminal.Interrupted));
        })];
        IReadOnlyList<string> notes = PeerNotes.Of(rows.Select(row => (row.PeerComparison.Request, row.PeerComparison.Turns)), bits);
        if (parsed.GetValue(CommonOptions.Json))
            terminal.Out.WriteLine(JsonSerializer.Serialize(new
            {
                machine,
                rows = rows.Select(row => row.ToJson()),
                missing = group.Missing.ToDictionary(pair => pair.Tool, pair => pair.Why),
                notes
            }));
        else
            Print(terminal.Out, machine, rows, group, notes, parsed.GetValue(markdown));
        return rows.All(row => row.PeerComparison.Turns.Agree) ? ExitCode.Success : ExitCode.Failure;
    }

    private static void WriteList(Terminal terminal, DeepBenchKernel[] kernels, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(kernels));
            return;
        }

        var table = new TextTable("set", "cell", "H", "B", "T");
        foreach (DeepBenchKernel kernel in kernels)
            table.Add([kernel.Set, kernel.Cell,
                .. ((int[])[kernel.Hidden, kernel.Batch, kernel.Steps]).Select(size => size.ToString(CultureInfo.InvariantCulture))]);
        table.Print(terminal.Out, markdown: false);
    }

    private static void Print(TextWriter to, MachineLimits machine, DeepBenchRow[] rows, PeerGroup group, IReadOnlyList<string> notes,
        bool markdown)
    {
        to.WriteLine(LayerReport.Describe(machine));
        foreach (var (tool, why) in group.Missing)
            to.WriteLine($"{tool}: skipped, {why}");
        to.WriteLine();
        var table = new TextTable("set", "cell", "H", "B", "T", "ms", "µs a step", "GFLOP/s", "% of limit", "best peer", "ratio");
        foreach (DeepBenchRow row in rows)
            table.Add(row.Cells);
        table.Print(to, markdown);
        if (rows.Any(row => row.IsSampled))
            to.WriteLine(markdown ? "\n≈: measured over fewer steps and scaled." : "≈: measured over fewer steps and scaled");
        foreach (string note in notes)
            to.WriteLine(note);
        foreach (DeepBenchRow row in rows)
        {
            foreach (PeerTimes peer in row.PeerComparison.Turns.Peers.Where(peer => !peer.Difference.IsWithin))
                to.WriteLine($"WRONG: {row.PeerComparison.Request.Title}, {peer.Tool}: {peer.Difference}");
        }
    }
}
