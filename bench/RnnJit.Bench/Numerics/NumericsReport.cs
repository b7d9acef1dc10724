using System.Globalization;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;
using RnnJit.Cli.Limits;

namespace RnnJit.Bench.Numerics;

/// <summary>A quick table: matrix products as shares of the FMA peak of one core, those "from another" beginning with what another product
/// left, functions in nanoseconds per element.</summary>
internal static unsafe class NumericsReport
{
    public static void Print()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Functions();
        double peak = Peak();
        Console.WriteLine($"width {CpuWidth.Width}, FMA peak {peak / 1e9:F1} GFLOP/s (float, one core)");
        foreach (var (m, n, k) in new[] { (512, 128, 2500), (256, 1024, 1600), (512, 2048, 1600), (64, 256, 400) })
            Product(m, n, k, true, peak);
        foreach (var (m, n, k) in new[] { (50, 512,
            128), (2500, 512, 128), (1600, 1024, 256), (32, 1024, 256), (16, 2048, 512), (64, 4096, 1024), (32, 1760, 1760), (16, 256,
                64), (7, 512, 128), (3, 512, 128), (2, 512, 128), (1, 512, 128), (1, 2048, 512), (1, 4096, 1024), (50, 200, 50) })
            Product(m, n, k, false, peak);
    }

    /// <summary>One product only.</summary>
    public static void Print(int m, int n, int k)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        double peak = Peak();
        Product(m, n, k, false, peak);
        Product(m, n, k, true, peak);
    }

    private static double Peak() => MachineLimits.Measure(threads: 1, seconds: 0.5).SingleFlops;

    private static void Product(int m, int n, int k, bool columnMajor, double peak)
    {
        using var product = new GemmCase(m, n, k, columnMajor);
        string name = $"m {m} n {n} k {k}{(columnMajor ? " A column-major" : "")}";
        Line(name + ", packed", CallTime.Of(product.Multiply), product, peak);
        Line(name + ", packed, from another", CallTime.Of(product.MultiplyFromAnother), product, peak);
        Line(name + ", unpacked", CallTime.Of(product.MultiplyUnpacked), product, peak);
        double pack = CallTime.Of(product.Pack, 0.3).Best;
        Console.WriteLine($"{name + ", pack",-55} {pack * 1e6,9:F2} µs {2 * product.WeightBytes / pack / 1e9,6:F1} GB/s");
    }

    private static void Line(string name, CallTime time, GemmCase product, double peak) => Console.WriteLine(
        $"{name,-55} {time.Best * 1e6,9:F2} µs {product.Flops / time.Best / 1e9,6:F1} GFLOP/s "
            + $"{100 * product.Flops / time.Best / peak,5:F1} %, median {100 * product.Flops / time.Median / peak,5:F1} % "
            + $"{product.WeightBytes / time.Best / 1e9,6:F1} GB/s of B");

    private static void Functions()
    {
        using var singles = new MathData<float>();
        using var doubles = new MathData<double>();
        PerElement("exp f32", () => MathCase.Exp<Vec256F32, float>(singles.X, singles.Y));
        PerElement("log f32", () => MathCase.Log<Vec256F32, float>(singles.X, singles.Y));
        PerElement("tanh f32", () => MathCase.Tanh<Vec256F32, float>(singles.X, singles.Y));
        PerElement("sigmoid f32", () => MathCase.Sigmoid<Vec256F32, float>(singles.X, singles.Y));
        PerElement("lstm gates f32", () => MathCase.Gates<Vec256F32, float>(singles.X, singles.Y));
        PerElement("exp f64", () => MathCase.Exp<Vec256F64, double>(doubles.X, doubles.Y));
        PerElement("log f64", () => MathCase.Log<Vec256F64, double>(doubles.X, doubles.Y));
        PerElement("tanh f64", () => MathCase.Tanh<Vec256F64, double>(doubles.X, doubles.Y));
        PerElement("sigmoid f64", () => MathCase.Sigmoid<Vec256F64, double>(doubles.X, doubles.Y));
    }

    private static void PerElement(string name, Action action) =>
        Console.WriteLine($"{name,-14} {CallTime.Of(action, 0.3).Best / MathCase.Length * 1e9:F3} ns per element (256 bits)");
}
