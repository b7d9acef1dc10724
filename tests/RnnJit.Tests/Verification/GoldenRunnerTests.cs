using System.Globalization;
using RnnJit.Ir;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class GoldenRunnerTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void CreateFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => folder.Dispose();

    [TestCase(ElementType.F64)]
    [TestCase(ElementType.F32)]
    public void A_right_case_passes(ElementType precision)
    {
        Write("elman.json", Elman());

        var (summary, lines) = Run(precision);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(1, 0, 0)), lines[0]);
        Assert.That(lines, Has.Count.EqualTo(1));
        Assert.That(lines[0], Does.Match(@"^one  PASS worst error \S+ of tolerance \S+ \(\S+\)$"));
    }

    [TestCase("y", ElementType.F64, 1e-9)]
    [TestCase("loss", ElementType.F64, 1e-9)]
    [TestCase("x", ElementType.F64, 1e-9)]
    [TestCase("U", ElementType.F64, 1e-9)]
    [TestCase("y", ElementType.F32, 1e-5)]
    [TestCase("loss", ElementType.F32, 1e-5)]
    [TestCase("U", ElementType.F32, -1e-5)]
    public void A_wrong_number_fails_and_is_named(string tensor, ElementType precision, double error)
    {
        Write("elman.json", Elman(tensor, error));

        var (summary, lines) = Run(precision);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(0, 1, 0)), lines[0]);
        Assert.That(lines[0], Does.StartWith("one  FAIL worst error").And.Contains(tensor));
    }

    [Test]
    public void A_backend_that_gives_no_number_fails()
    {
        Write("elman.json", Elman());
        var lines = new List<string>();

        GoldenSummary summary = GoldenRunner.Run([folder.Path], new Broken(), ElementType.F64, lines.Add);
        Assert.That(summary.Failed, Is.EqualTo(1), lines[0]);
    }

    [Test]
    public void A_kind_without_program_is_skipped_by_name()
    {
        Write("other.json", Elman().Replace("cell.elman", "cell.unheard_of"));

        var (summary, lines) = Run(ElementType.F64);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(0, 0, 1)));
        Assert.That(lines[0], Does.StartWith("one  SKIP").And.Contains("cell.unheard_of"));
    }

    [TestCase("", "no JSON")]
    [TestCase("{", "no JSON")]
    [TestCase("\0\u0001\u0002", "no JSON")]
    [TestCase("[]", "wanted an object")]
    [TestCase("{}", "'name' is missing")]
    [TestCase("""{"name": 3, "kind": "cell.elman"}""", "'name' is no text")]
    [TestCase("""{"name": "a", "kind": "cell.elman"}""", "'expected' is missing")]
    [TestCase("""{"name": "a", "kind": "cell.elman", "expected": {}}""", "'float64' is missing")]
    [TestCase("""{"name": "a", "kind": "cell.elman", "inputs": {"x": {"shape": [2], "data": [1]}}, "expected": {}}""",
        "'x' has the shape [2] but 1 numbers")]
    [TestCase("""{"name": "a", "kind": "cell.elman", "inputs": {"x": {"shape": [-1], "data": []}}, "expected": {}}""",
        "'shape' contains '-1'")]
    [TestCase("""{"name": "a", "kind": "cell.elman", "inputs": {"x": {"shape": [65536, 65536], "data": []}}, "expected": {}}""",
        "'x' has the shape")]
    [TestCase("""{"name": "a", "kind": "cell.elman", "inputs": {"x": {"shape": [1], "data": ["1"]}}, "expected": {}}""",
        "'x' contains String")]
    [TestCase(
        """{"name": "a", "kind": "torch.nn.lstm", "config": {"numLayers": 1}, "expected": {"float64": {"inputGrads": {}, "paramGrads": {}}}}""",
        "no 'x'")]
    [TestCase("""{"name": "a", "kind": "torch.nn.lstm", "expected": {"float64": {"inputGrads": {}, "paramGrads": {}}}}""",
        "'numLayers' is 0")]
    [TestCase("""{"name": "a", "kind": "optim.SGD", "config": {"options": {}}, "expected": {"float64": {}}}""", "no 'x'")]
    public void What_is_no_case_fails_with_a_sentence(string text, string sentence)
    {
        Write("bad.json", text);

        var (summary, lines) = Run(ElementType.F64);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(0, 1, 0)));
        Assert.That(lines[0], Does.Contain("FAIL").And.Contains(sentence));
    }

    [Test]
    public void A_bad_case_does_not_stop_the_others()
    {
        Write("a.json", "nonsense");
        Write("b/c/d.json", Elman());
        Write("b/notes.txt", "no case");

        Assert.That(Run(ElementType.F64).Summary, Is.EqualTo(new GoldenSummary(1, 1, 0)));
    }

    [Test]
    public void A_missing_path_fails()
    {
        var lines = new List<string>();
        GoldenSummary summary =
            GoldenRunner.Run([Path.Combine(folder.Path, "absent")], new GoldenInterpreter(), ElementType.F64, lines.Add);

        Assert.That(summary, Is.EqualTo(new GoldenSummary(0, 1, 0)));
        Assert.That(lines[0], Does.Contain("cannot be read"));
    }

    [Test]
    public void Nothing_found_is_said()
    {
        var (summary, lines) = Run(ElementType.F64);

        Assert.That(summary.Found, Is.Zero);
        Assert.That(lines.Single(), Does.StartWith("No golden case was found"));
    }

    // One step, one unit: h' = tanh(w x + u h + b), y = v h' + d, loss = y + 2 h'.
    private static string Elman(string wrong = "", double error = 0)
    {
        const double x = 0.5, h = 0.25, w = 0.75, u = -0.5, b = 0.125, v = 1.5, d = 0.0625;
        double next = Math.Tanh((w * x) + (u * h) + b), y = (v * next) + d, slope = (v + 2) * (1 - (next * next));
        string Tensor(string name, double value, params int[] shape) => string.Create(
            CultureInfo.InvariantCulture,
            $"\"{name}\": {{\"shape\": [{string.Join(", ", shape)}], \"data\": [{value + (name == wrong ? error : 0):R}]}}");
        string Given(string name, double value, params int[] shape) => string.Create(
            CultureInfo.InvariantCulture, $"\"{name}\": {{\"shape\": [{string.Join(", ", shape)}], \"data\": [{value:R}]}}");
        string results = string.Create(CultureInfo.InvariantCulture, $$"""
            {"outputs": { {{Tensor("y", y, 1, 1, 1)}}, {{Tensor("sn0", next, 1, 1)}} }, "loss": {{y + (2 * next) + (wrong == "loss" ? error : 0):R}},
             "inputGrads": { {{Tensor("x", slope * w, 1, 1, 1)}}, {{Tensor("s0", slope * u, 1, 1)}} },
             "paramGrads": { {{Tensor("W", slope * x, 1, 1)}}, {{Tensor("U", slope * h, 1, 1)}}, {{Tensor("b", slope, 1)}}, {{Tensor("V", next, 1, 1)}}, {{Tensor("d", 1, 1)}} } }
            """);
        return $$"""
            {"name": "one", "kind": "cell.elman", "config": {"T": 1},
             "inputs": { {{Given("x", x, 1, 1, 1)}}, {{Given("s0", h, 1, 1)}} },
             "params": { {{Given("W", w, 1, 1)}}, {{Given("U", u, 1, 1)}}, {{Given("b", b, 1)}}, {{Given("V", v, 1, 1)}}, {{Given("d", d, 1)}} },
             "lossWeights": { {{Given("y", 1, 1, 1, 1)}}, {{Given("sn0", 2, 1, 1)}} },
             "maxAbsDiff32vs64": 1e-7, "expected": {"float64": {{results}}, "float32": {{results}} } }
            """;
    }

    private (GoldenSummary Summary, List<string> Lines) Run(ElementType precision)
    {
        var lines = new List<string>();
        return (GoldenRunner.Run([folder.Path], new GoldenInterpreter(), precision, lines.Add), lines);
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private sealed class Broken : IGoldenBackend
    {
        public string Name => "broken";

        public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
        {
            var outputs = new GoldenInterpreter().Run(program, inputs);
            outputs["y"].Data[0] = double.NaN;
            return outputs;
        }
    }
}
