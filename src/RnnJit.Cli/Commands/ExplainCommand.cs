using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit explain CELL</c>: what a run does and what it costs.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        var layer = new LayerFlags();
        var lengths = new Option<bool>("--lengths") { Description = "Plan the layer for rows with lengths of their own" };
        var command = new Command("explain",
            """
            Print the plan of one layer: loops and their schedule, products, kernels, FLOPs, bytes, bound and memory; then what was merged, fused, hoisted and kept, and why the rest was not.

            Examples:
              rnnjit explain lstm --training --seq 1000
              rnnjit explain gru --training --without merge-matmuls
              rnnjit explain lstm --training --lengths
              rnnjit explain lstm --batch 1 --threads 2 --schedule batch
            """) { cell, lengths };
        layer.AddTo(command);
        command.SetAction(parsed =>
        {
            LayerRequest request = layer.Read(parsed, CellArgument.Find(parsed.GetRequiredValue(cell), terminal), terminal);
            using Executable executable = LayerBuilder.Bind(request with { Lengths = parsed.GetValue(lengths) });
            IReadOnlyList<string> remarks = Remarks.Of(
                executable.Program, executable.Options.Without, executable.LoopDepth);
            PeakMemory[] peaks = request.Training ? PeakMemory.Of(request) : [];
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new
                {
                    cell = request.Cell.Name,
                    arenaBytes = executable.ArenaBytes,
                    rowLanes = executable.RowLanes,
                    peaks,
                    fallbacks = executable.Fallbacks,
                    remarks,
                    plan = executable.Plan
                }));
            else
                Print(terminal.Out, executable, remarks, peaks);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(TextWriter to, Executable executable, IReadOnlyList<string> remarks, PeakMemory[] peaks)
    {
        foreach (PlanLine line in executable.Plan)
        {
            string cost = line.Bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
                $"  [{(line.Flops > 0 ? $"{line.Flops / 1e6:0.###} MFLOP, " : "")}{line.Bytes / 1e3:0.#} kB, {line.Bound}-bound]");
            to.WriteLine(new string(' ', 2 + (4 * line.Depth)) + line.Text + cost);
        }

        double flops = executable.Plan.Sum(line => line.Flops * line.Times);
        to.WriteLine();
        foreach (string sentence in executable.Fallbacks.Concat(remarks))
            to.WriteLine(sentence);
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{flops / 1e9:0.####} GFLOP in products a run; arena {executable.ArenaBytes:N0} bytes, allocated once."));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Lanes in which sums of a row are added: {executable.RowLanes}."));
        foreach (PeakMemory peak in peaks)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(peak.Interval == 0 ? "Without checkpoints" : $"With a checkpoint every {peak.Interval} steps")}: "
                    + $"peak {peak.ArenaBytes:N0} bytes, of them {peak.KeptBytes:N0} kept for the backward pass."));
    }
}
