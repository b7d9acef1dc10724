using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Tests.Verification;
using RnnJit.Text;

namespace RnnJit.Tests.Passes;

/// <summary>The graphs of the specs of <see cref="Simplify"/> (tests/RnnJit.Core.Tests/Passes) have the same values before and after it, so
/// that a rule is tested on the pattern that its spec was written for.</summary>
public class SimplifySpecValueTests
{
    // Rules may change roundings: some hundred of numbers near 1 in double precision.
    private const double Tolerance = 1e-12;

    private static IEnumerable<string> Specs => Directory.GetFiles(Folder(), "Simplify.*.ir")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Specs))]
    public void Values_stay(string spec)
    {
        Graph program = Parser.Parse(Before(spec));
        Assert.That(Difference(program, Simplify.Run(program)), Is.LessThanOrEqualTo(Tolerance));
    }

    // Negative controls: what a wrong rule would make of a spec.
    [TestCase("Simplify.Signs", " sub ", " add ")]
    [TestCase("Simplify.Units", " mul ", " add ")]
    [TestCase("Simplify.Absorbed", " abs ", " relu ")]
    public void A_wrong_rule_is_seen(string spec, string op, string wrong) =>
        Assert.That(Difference(Parser.Parse(Before(spec)), Parser.Parse(Before(spec).Replace(op, wrong, StringComparison.Ordinal))),
            Is.GreaterThan(Tolerance));

    [Test]
    public void There_are_specs() => Assert.That(Specs.Count(), Is.GreaterThan(20));

    // The largest difference of a number, relative to the largest number of its output where that is above 1.
    private static double Difference(Graph before, Graph after)
    {
        Dictionary<string, NdArray> data = Derivatives.Draw(before);

        // No type names T where a loop has no sequence. Lengths are drawn up to 3.
        var sizes = new Dictionary<string, int>(Derivatives.SizesOf(before)) { ["T"] = 3 };
        IReadOnlyDictionary<string, NdArray> wanted = Interpreter.Run(before, data, sizes), found = Interpreter.Run(after, data, sizes);
        Assert.That(found.Keys, Is.EquivalentTo(wanted.Keys));
        return wanted.Max(output => output.Value.Data.Zip(found[output.Key].Data, Distance).DefaultIfEmpty().Max()
            / Math.Max(1, output.Value.Data.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max()));
    }

    private static double Distance(double a, double b) => a.Equals(b) ? 0 : double.IsNaN(a - b) ? double.PositiveInfinity : Math.Abs(a - b);

    private static string Before(string spec) =>
        File.ReadAllText(Path.Combine(Folder(), spec + ".ir")).Replace("\r", "", StringComparison.Ordinal).Split("\n=== ")[0] + "\n";

    private static string Folder()
    {
        DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "RnnJit.sln")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "RnnJit.Core.Tests", "Passes");
    }
}
