using RnnJit.Ir;
using RnnJit.Networks.Onnx;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Networks.Onnx;

/// <summary>ONNX Runtime's own tests of its recurrent operators.</summary>
public class OnnxRuntimeTests
{
    private static IEnumerable<TestCaseData> Cases
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("RNNJIT_DATA");
            string folder = Path.Combine(root ?? "", "ort", "json");
            // Without data there is one test, which says so.
            string[] files = !string.IsNullOrEmpty(root)
                && Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : ["none"];
            return files.Select(file => new TestCaseData(file).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file)));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void The_interpreter_agrees(string file) => Agrees(file, new GoldenInterpreter(), ElementType.F64);

    [TestCaseSource(nameof(Cases))]
    public void The_compiled_program_agrees(string file) => Agrees(file, new ExecutableBackend(Device.Cpu), ElementType.F32);

    [Test]
    public void Another_attribute_is_noticed()
    {
        OnnxCase given =
            OnnxCase.Read(Path.Combine(ReferenceData.Folder, "ort", "json", "GRUTest_TestGRUOpForwardBatchLinearBeforeReset_0.json"));
        Assert.That(Worst(given, new GoldenInterpreter(), ElementType.F64, given.Attributes with { LinearBeforeReset = false }),
            Is.GreaterThan(1));
    }

    private static void Agrees(string file, IGoldenBackend backend, ElementType real)
    {
        _ = ReferenceData.Folder;
        OnnxCase given = OnnxCase.Read(file);
        if (!given.Succeeds)
            Assert.That(() => given.Build(real), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ169"));
        else
            Assert.That(Worst(given, backend, real), Is.LessThan(1));
    }

    // In tolerances: the numbers are float32 text that lies this far from another reference; 16 roundings of float32 for our own.
    private static double Worst(OnnxCase given, IGoldenBackend backend, ElementType real, OnnxAttributes? attributes = null)
    {
        IReadOnlyDictionary<string, NdArray> found = backend.Run(
            given.Build(real, attributes),
            given.Inputs.Where(input => input is not null).ToDictionary(input => input!.Value.Name, input => input!.Value.Data));
        double worst = -1;
        foreach (var (name, wanted) in given.Outputs)
        {
            Assert.That(found[name].Shape, Is.EqualTo(wanted.Shape), name);
            double largest = wanted.Data.Select(Math.Abs).Append(1).Max();
            for (int i = 0; i < wanted.Length; i++)
                worst = Math.Max(worst,
                    Math.Abs(found[name].Data[i] - wanted.Data[i]) / ((2 * given.Spread) + (16 * Math.ScaleB(largest, -24))));
        }

        Assert.That(worst, Is.AtLeast(0), "something is compared");
        return worst;
    }
}
