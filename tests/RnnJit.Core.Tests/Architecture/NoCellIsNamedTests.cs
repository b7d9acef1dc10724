using System.Text.RegularExpressions;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>A cell written this morning has what a built-in one has: passes, planner, emitter and runtime name no cell and count no
/// gates.</summary>
public class NoCellIsNamedTests
{
    private static readonly string[] Folders =
        ["src/RnnJit.Core/Passes", "src/RnnJit.Core/Planning", "src/RnnJit.Core/Plans", "src/RnnJit.Core/Emit", "src/RnnJit/Runtime",
            "src/RnnJit/Kernels", "src/RnnJit/Cpu/Gemm"];

    // Words of the field, inside longer names too, and a number of gates times a number of units.
    private static readonly Regex OfCells = new(
        @"(?i:lstm|\bgru|elman|peephole|jordan)|\b[Gg]ates?\b|Gates?(?=[A-Z(])|\b[Ff]orget"
        + @"|(?<![\w.])[2-9]\s*\*\s*([Hh]idden|[Uu]nits|H\b)|\b[2-9]H\b");

    private static string[] CellNames { get; } = Repository.Files("src/RnnJit/Cells", "*.cs")
        .SelectMany(file => Regex.Matches(Repository.Read(file), @"\[RnnCell\]\s*public static partial class (\w+)")
            .Select(match => match.Groups[1].Value)).ToArray();

    private static IEnumerable<string> Sources => Folders.SelectMany(folder => Repository.Files(folder, "*.cs"));

    [TestCaseSource(nameof(Sources))]
    public void No_cell_is_named_and_no_gate_is_counted(string file) => Assert.That(Found(Repository.Read(file)), Is.Empty,
        $"{file} names a cell or counts gates, which passes, plans, emitter and runtime do not know (use another word)");

    [Test]
    public void Every_folder_has_sources_and_cells_are_known()
    {
        foreach (string folder in Folders)
            Assert.That(Repository.Files(folder, "*.cs"), Is.Not.Empty, folder);
        Assert.That(CellNames, Does.Contain("Lstm").And.Contain("GruResetAfter"));
    }

    [TestCase("if (cell.Name == \"Lstm\")")]
    [TestCase("int width = 4 * hidden;")]
    [TestCase("new Dim(\"3H\")")]
    [TestCase("for (int gate = 0; gate < gates; gate++)")]
    [TestCase("int forgetBias = 1;")]
    [TestCase("PackGates(view)")]
    [TestCase("GruScan(body)")]
    public void What_must_not_stand_there_is_found(string line) => Assert.That(Found(line), Is.Not.Empty);

    [TestCase("parts.Aggregate((a, b) => a + b)")]
    [TestCase("ScanSchedule.HiddenParallel")]
    [TestCase("x is NegOp ? Negated(x) : x")]
    [TestCase("2 * count + 1")]
    public void What_may_stand_there_is_not_found(string line) => Assert.That(Found(line), Is.Empty);

    private static IEnumerable<string> Found(string text) => OfCells.Matches(text).Select(match => match.Value)
        .Concat(CellNames.Where(name => Regex.IsMatch(text, $@"\b{name}\b")));
}
