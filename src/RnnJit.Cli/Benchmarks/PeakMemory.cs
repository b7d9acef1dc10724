using RnnJit.Cli.Layers;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// Bytes of a layer's training step with a checkpoint every so many steps (0: none): the arena, and the values kept for the backward pass.
/// </summary>
internal sealed record PeakMemory(int Interval, long ArenaBytes, long KeptBytes)
{
    /// <summary>Without checkpoints, and with those that are asked for, else one about every √T steps.</summary>
    public static PeakMemory[] Of(LayerRequest request)
    {
        int asked = request.Interval ?? 0;
        return new[] { 0, asked > 0 ? asked : StripMineTime.Default(request.Steps) }.Select(interval =>
        {
            BoundLayer layer = LayerBuilder.Run(request with { Interval = interval, Chunks = 1, Threads = 1 });
            using Executable executable = Executable.Create(layer.Program, layer.Options with { Without = [] });
            return new PeakMemory(interval, executable.ArenaBytes, KeptValues.Bytes(Pipeline.Run(layer.Program), layer.Sizes,
                request.Precision == Ir.ElementType.F64 ? sizeof(double) : sizeof(float)));
        }).ToArray();
    }
}
