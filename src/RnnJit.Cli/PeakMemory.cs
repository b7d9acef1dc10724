using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Cli;

/// <summary>What training a layer holds with checkpoints this far apart (0: none).</summary>
internal sealed record PeakMemory(int Interval, long ArenaBytes, long KeptBytes)
{
    /// <summary>Without checkpoints, and with those that the command line names, else one about every √T steps.</summary>
    public static PeakMemory[] Of(LayerSizes sizes, ParseResult parsed, CellDefinition cell)
    {
        int steps = parsed.GetValue(sizes.Seq), asked = CheckpointFlag.Read(parsed, sizes.Checkpoint) ?? 0;
        return new[] { 0, asked > 0 ? asked : TimeBlocks.Default(steps) }.Select(interval =>
        {
            var (program, bound) = sizes.Layer(cell, parsed, interval: interval);
            using Executable executable = Executable.Create(program, new ExecutableOptions { Sizes = bound, Threads = 1 });
            return new PeakMemory(interval, executable.ArenaBytes, KeptValues.Bytes(Pipeline.Run(program), bound, sizeof(float)));
        }).ToArray();
    }
}
