using BenchmarkDotNet.Attributes;

namespace RnnJit.Bench.Numerics;

/// <summary>Matrix products of recurrent layers on one core, float.</summary>
public class GemmBench
{
    private GemmCase product = null!;

    /// <summary>m, n, k; then whether A is [k, m].</summary>
    [Params("50x512x128", "2500x512x128", "32x1024x256", "1x512x128", "512x128x2500t")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Shape.TrimEnd('t').Split('x').Select(int.Parse).ToArray();
        product = new GemmCase(sizes[0], sizes[1], sizes[2], Shape.EndsWith('t'));
    }

    [GlobalCleanup]
    public void Cleanup() => product.Dispose();

    [Benchmark(Baseline = true)]
    public void Packed() => product.Multiply();

    [Benchmark]
    public void Unpacked() => product.MultiplyUnpacked();

    [Benchmark]
    public void Pack() => product.Pack();
}
