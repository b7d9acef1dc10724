using RnnJit.Cells;
using RnnJit.Cli.Layers;

namespace RnnJit.Cli.Benchmarks.DeepBench;

/// <summary>A recurrent kernel of Baidu's DeepBench (github.com/baidu-research/DeepBench, code/kernels/rnn_problems.h): one layer
/// with as many inputs as units.</summary>
/// <param name="Set">training, server or device: where DeepBench lists it; training is forward and
/// backward, the others are forward.</param>
/// <param name="Cell">vanilla (relu), lstm or gru (reset after the product, as in cuDNN).</param>
internal sealed record DeepBenchKernel(string Set, string Cell, int Hidden, int Batch, int Steps)
{
    public static readonly string[] Sets = ["training", "server", "device"], Cells = ["vanilla", "lstm", "gru"];

    /// <summary>In the order of DeepBench.</summary>
    public static IReadOnlyList<DeepBenchKernel> All { get; } = [.. Training(), .. Server(), .. Device()];

    /// <summary>The layer, over fewer steps where they are more than the most wanted.</summary>
    /// <param name="most">0: all steps.</param>
    public LayerRequest Request(int most, int threads) =>
        new(CellRegistry.Find(Cell switch { "lstm" => typeof(Lstm), "gru" => typeof(GruResetAfter), _ => typeof(ElmanRelu) }))
        {
            Training = Set == "training",
            Steps = most > 0 ? Math.Min(most, Steps) : Steps,
            Batch = Batch,
            Hidden = Hidden,
            Threads = threads,
        };

    private static IEnumerable<DeepBenchKernel> Training()
    {
        const string Set = "training";
        foreach (var kernel in Of(Set, "vanilla", [1760, 2048, 2560], [16, 32, 64, 128], [50])
            .Concat(Of(Set, "lstm", [512, 1024, 2048, 4096], [16, 32, 64, 128], [25]))
            .Concat(Of(Set, "lstm", [1536], [8, 16, 32], [50]))
            .Concat(Of(Set, "lstm", [256], [16, 32, 64], [150]))
            .Concat(Of(Set, "gru", [2816], [32], [750, 375, 187]))
            .Concat(Of(Set, "gru", [2048, 1536, 2560], [32], [1500, 750, 375, 187]))
            .Concat(Of(Set, "gru", [512], [32], [1]))
            .Concat(Of(Set, "gru", [1024], [32, 64], [1500])))
            yield return kernel;
    }

    private static IEnumerable<DeepBenchKernel> Server()
    {
        const string Set = "server";
        int[] batches = [1, 2, 4];
        return Of(Set, "lstm", [512, 1024, 2048], batches, [25])
            .Concat(Of(Set, "lstm", [1536], batches, [50]))
            .Concat(Of(Set, "lstm", [256], batches, [150]))
            .Concat(Of(Set, "gru", [2816, 2048, 1536, 2560], batches, [1500, 750, 375, 187]))
            .Concat(Of(Set, "gru", [512], batches, [1]))
            .Concat(Of(Set, "gru", [1024], batches, [1500]));
    }

    private static IEnumerable<DeepBenchKernel> Device() => Of("device", "vanilla", [32], [1], [672])
        .Concat(Of("device", "vanilla", [64], [1], [96])).Concat(Of("device", "lstm", [256], [1], [150]));

    private static IEnumerable<DeepBenchKernel> Of(string set, string cell, int[] hidden, int[] batches, int[] steps) =>
        from units in hidden from rows in batches from time in steps select new DeepBenchKernel(set, cell, units, rows, time);
}
