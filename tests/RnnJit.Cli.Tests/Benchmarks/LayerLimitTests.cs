using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Benchmarks;

/// <summary>The least time of a layer, on machines that are made up.</summary>
public class LayerLimitTests
{
    private const int T = 6, H = 16, Cache = 600;

    // One product over all steps for x, one each step for h; an Elman cell has one gate.
    private static double Limit(int batch, double flops, double fast, double slow, WeightStorage weights = WeightStorage.Single)
    {
        var request =
            new LayerRequest(CellRegistry.Find(typeof(Elman))) { Steps = T, Batch = batch, Hidden = H, Threads = 1, Weights = weights };
        using Executable executable = LayerBuilder.Bind(request);
        return new LayerLimit(executable)
            .Seconds(new MachineLimits(1, 256, flops, flops / 2, [new("L1", Cache, fast), new("DRAM", long.MaxValue, slow)]));
    }

    [Test]
    public void Arithmetic_bounds_where_memory_is_fast() =>
        Assert.That(Limit(5, 1e9, 1e30, 1e30), Is.EqualTo(2 * 2.0 * T * 5 * H * H / 1e9).Within(1e-9).Percent);

    [Test]
    public void Weights_are_read_once_for_all_steps_and_once_for_each() =>
        Assert.That(Limit(1, 1e30, 1e30, 1e9), Is.EqualTo((1.0 + T) * ((H * H * sizeof(float)) - Cache) / 1e9).Within(1e-9).Percent,
            "of 1024 bytes the cache holds 600");

    [Test]
    public void The_level_is_the_fastest_that_holds_the_weights()
    {
        // 16 · 16 weights are 1024 bytes in float32, 512 in bfloat16; the level holds 600.
        Assert.That(Limit(1, 1e30, 1e9, 1e30), Is.EqualTo((1.0 + T) * Cache / 1e9).Within(1e-9).Percent);
        Assert.That(Limit(1, 1e30, 1e9, 1e30, WeightStorage.BFloat16), Is.EqualTo(((1.0 + T) * H * H * 2) / 1e9).Within(1e-9).Percent);
    }

    [Test]
    public void The_larger_bound_counts_product_by_product() =>
        Assert.That(Limit(1, 1e9, 1e30, 5e8),
            Is.EqualTo((2.0 * T * H * H / 1e9) + (T * ((H * H * sizeof(float)) - Cache) / 5e8)).Within(1e-9).Percent);
}
