using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Gpu.Tests;

/// <summary>All reference cases on a device: within their tolerances, and no bit differs from this CPU's.</summary>
public class GoldenTests
{
    private delegate GoldenSummary Run(IEnumerable<string> paths, IGoldenBackend backend, ElementType precision, Action<string> onLine);

    [Test]
    public void Golden_cases_give_the_bits_of_the_CPU([Values(ElementType.F32, ElementType.F64)] ElementType precision) =>
        Check("golden", 116, precision, GoldenRunner.Run);

    [Test]
    public void Cases_of_Keras_give_the_bits_of_the_CPU([Values(ElementType.F32, ElementType.F64)] ElementType precision) =>
        Check("keras", 1, precision, KerasRunner.Run);

    [Test]
    public void Cases_of_TensorFlow_Lite_give_the_bits_of_the_CPU([Values(ElementType.F32, ElementType.F64)] ElementType precision) =>
        Check("tflite", 1, precision, TfliteRunner.Run);

    // The negative control: the interpreter rounds once, at the end.
    [Test]
    public void Numbers_that_differ_are_counted([Values("ilgpu-cpu", "interpreter")] string device)
    {
        var data =
            new Dictionary<string, NdArray> { ["x"] = new NdArray([64, 37], [.. Enumerable.Range(0, 64 * 37).Select(i => Math.Sin(i))]) };
        Graph program = Text.Parser.Parse("program P\n  input x: f32[B, H]\n  y = sum[1] x\n  return y = y\n");
        var both = new DeviceComparison(new ExecutableOptions { Device = Device.Parse(device) });
        both.Run(program, data);
        Assert.That(both.Numbers, Is.EqualTo(64));
        Assert.That(both.Differing, device == "interpreter" ? Is.InRange(1, 64) : Is.Zero);
    }

    private static void Check(string folder, int least, ElementType precision, Run run)
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_DATA") is not { Length: > 0 } root)
        {
            Assert.Ignore(
                "RNNJIT_DATA is not set, so nothing is compared with the reference data (set it to the absolute path of their folder)");
            return;
        }

        string[] files =
            [.. Directory.EnumerateFiles(Path.Combine(root, folder), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var both = new DeviceComparison(new ExecutableOptions { Device = Device.Parse("ilgpu-cpu") });
        var lines = new List<string>();
        GoldenSummary summary = run(files, both, precision, lines.Add);
        Assert.That(summary.Failed + summary.Skipped, Is.Zero,
            string.Join("\n", lines.Where(line => !line.Contains("PASS", StringComparison.Ordinal))));
        Assert.That(summary.Passed, Is.AtLeast(least));
        Assert.That(both.Differing, Is.Zero, $"of {both.Numbers} numbers");
        Assert.That(both.Numbers, Is.Positive);
    }
}
