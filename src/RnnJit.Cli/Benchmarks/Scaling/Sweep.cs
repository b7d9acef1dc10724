using RnnJit.Cli.Layers;

namespace RnnJit.Cli.Benchmarks.Scaling;

/// <summary>One size of a layer that grows while the others stay.</summary>
/// <param name="Symbol">T, B or H.</param>
/// <param name="Name">For people.</param>
/// <param name="With">The layer with that size.</param>
internal sealed record Sweep(string Symbol, string Name, int[] Sizes, Func<LayerRequest, int, LayerRequest> With)
{
    private const int FixedSteps = 25, FixedBatch = 16, FixedHidden = 128;

    // Powers of two and what lies between, so that panels and tiles that are not full show.
    private static readonly int[] Steps = [10, 30, 100, 300, 1000, 3000, 10_000], QuickSteps = [10, 100, 1000];
    private static readonly int[] Units = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048],
        QuickUnits = [16, 24, 32, 64, 128, 256];
    private static readonly int[] Rows = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256], QuickRows = [1, 2, 4, 16, 64];

    public static Sweep[] All(bool quick) =>
    [
        new("T", $"time steps (B {FixedBatch}, H {FixedHidden})", quick ? QuickSteps : Steps,
            (layer, size) => layer with { Steps = size, Batch = FixedBatch, Hidden = FixedHidden }),
        new("H", $"units (T {FixedSteps}, B {FixedBatch})", quick ? QuickUnits : Units,
            (layer, size) => layer with { Steps = FixedSteps, Batch = FixedBatch, Hidden = size }),
        new("H at batch 1", $"units (T {FixedSteps}, B 1)", quick ? QuickUnits : Units,
            (layer, size) => layer with { Steps = FixedSteps, Batch = 1, Hidden = size }),
        new("B", $"rows (T {FixedSteps}, H {FixedHidden})", quick ? QuickRows : Rows,
            (layer, size) => layer with { Steps = FixedSteps, Batch = size, Hidden = FixedHidden }),
    ];

    /// <summary>A file name for its chart.</summary>
    public string File => $"scaling-{Symbol.Replace(' ', '-')}.svg";
}
