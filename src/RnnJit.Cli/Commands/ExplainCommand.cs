using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit explain CELL</c>: what a run does and what it costs.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        var sizes = new LayerSizes();
        var command = new Command("explain", "Print the plan of one layer: loops, merged products, fused kernels, FLOPs, bytes, memory; for instance: rnnjit explain lstm --training --seq 1000") { cell };
        sizes.AddTo(command);
        command.SetAction(parsed =>
        {
            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell));
            using Executable executable = sizes.Bind(definition, parsed);
            string[] kept = Kept(Pipeline.Run(executable.Program)).ToArray();
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = definition.Name, arenaBytes = executable.ArenaBytes, kept, plan = executable.Plan }));
            else
                Print(terminal.Out, executable, kept);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(TextWriter to, Executable executable, string[] kept)
    {
        foreach (PlanLine line in executable.Plan)
        {
            string cost = line.Bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
                $"  [{(line.Flops > 0 ? $"{line.Flops / 1e6:0.###} MFLOP, " : "")}{line.Bytes / 1e3:0.#} kB, {line.Bound}-bound]");
            to.WriteLine(new string(' ', 2 + (4 * line.Depth)) + line.Text + cost);
        }

        double flops = executable.Plan.Sum(line => line.Flops * line.Times);
        to.WriteLine();
        foreach (string sentence in kept)
            to.WriteLine(sentence);
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{flops / 1e9:0.####} GFLOP in products a run; arena {executable.ArenaBytes:N0} bytes, allocated once."));
    }

    // What loops hand to later ones.
    private static IEnumerable<string> Kept(Graph optimised) => optimised.Nodes.Select(node => node.Op).OfType<ScanOp>().Select((scan, i) =>
        $"Loop {i + 1}{(scan.Reverse ? " (backwards)" : "")} keeps {string.Join(", ", scan.Body.Outputs.Where(output => output.Role == OutputRole.Yield).Select(output => $"{output.Name}: {scan.Body.Values.Type(output.Value)}"))} of every step.");
}
