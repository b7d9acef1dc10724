using System.Text.RegularExpressions;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>Plans, backends and oracles know no pointer, no vector and no thread pool: those are one backend's matter.</summary>
public class NeutralPlanTests
{
    // Core without its emitter, whose texts name them.
    private static readonly string[] Folders =
    [
        "src/RnnJit.Core/Cells", "src/RnnJit.Core/Ir", "src/RnnJit.Core/Networks", "src/RnnJit.Core/Ops", "src/RnnJit.Core/Passes",
        "src/RnnJit.Core/Planning", "src/RnnJit.Core/Plans",
        "src/RnnJit.Core/Randomness", "src/RnnJit.Core/Text", "src/RnnJit.Core/Training", "src/RnnJit.Core/Verify",
        "src/RnnJit/Runtime/Backends", "src/RnnJit/Interpretation", "src/RnnJit/Training", "src/RnnJit.Gpu/Lowering",
    ];

    // The planner, what lowers plans, what executes them on the CPU, and the oracles.
    private static readonly string[] Small =
        ["src/RnnJit.Core/Plans", "src/RnnJit.Core/Planning", "src/RnnJit/Interpretation", "src/RnnJit/Runtime",
            "src/RnnJit.Gpu/Lowering", "src/RnnJit.Gpu/Running"];

    private static readonly Regex OfTheCpu =
        new(@"\bunsafe\b|\bnint\b|System\.Runtime\.Intrinsics|Cpu\.Simd|\bWorkerPool\b|\b(byte|float|double|int|void|T)\*");

    private static readonly Regex OfType = new(@"\b(class|record|struct|interface)\b");

    private const int MostLines = 300, MostLinesOfInterpreter = 320, MostLinesOfMethod = 50;

    private static IEnumerable<string> Sources => Folders.SelectMany(folder => Repository.Files(folder, "*.cs"));

    [TestCaseSource(nameof(Sources))]
    public void Nothing_of_the_cpu_is_named(string file) =>
        Assert.That(OfTheCpu.Matches(Repository.Read(file)).Select(match => match.Value), Is.Empty);

    [Test]
    public void Every_folder_has_sources()
    {
        foreach (string folder in Folders.Concat(Small))
            Assert.That(Repository.Files(folder, "*.cs"), Is.Not.Empty, folder);
    }

    [TestCase("internal sealed unsafe class A")]
    [TestCase("private float* data;")]
    [TestCase("using RnnJit.Cpu.Simd;")]
    [TestCase("WorkerPool pool")]
    public void What_must_not_stand_there_is_found(string line) => Assert.That(OfTheCpu.IsMatch(line), Is.True);

    [TestCase("a * b")]
    [TestCase("int rows = 2 * count")]
    public void What_may_stand_there_is_not_found(string line) => Assert.That(OfTheCpu.IsMatch(line), Is.False);

    // A folder that is added to Core is listed above.
    [Test]
    public void Every_folder_of_core_but_the_emitter_is_neutral() =>
        Assert.That(Repository.Files("src/RnnJit.Core", "*.cs").Where(file => file.Count(c => c == '/') > 2)
            .Select(file => string.Join('/', file.Split('/')[..3])).Distinct(),
            Is.EquivalentTo(
                Folders.Where(folder => folder.StartsWith("src/RnnJit.Core/", StringComparison.Ordinal)).Append("src/RnnJit.Core/Emit")));

    [Test]
    public void No_file_of_the_planner_or_a_lowering_is_longer_than_300_lines() =>
        Assert.That(SmallFiles.Where(file => Lines(file).Length > MostLines), Is.Empty);

    [Test]
    public void No_method_of_the_planner_or_a_lowering_is_longer_than_50_lines() =>
        Assert.That(SmallFiles.SelectMany(file => Methods(Lines(file)).Where(method => method.Length > MostLinesOfMethod)
            .Select(method => $"{file}: {method.Head}, {method.Length} lines")), Is.Empty);

    // A negative control: blocks of methods are found, types are none.
    [Test]
    public void The_lines_of_methods_are_counted()
    {
        string[] lines = ["internal sealed class A", "{", "    public int B(int c,", "        int d)", "        where T : unmanaged",
            "    {", "        return c;", "    }", "",
            "    public int E => 1;", "", "    public int F => c switch", "    {", "        _ => 1,", "    };", "",
            "    private sealed class G(int g)", "    {", "        private int h = g;", "    }", "}"];
        Assert.That(Methods(lines), Is.EqualTo([("public int B(int c,", 6), ("public int F => c switch", 4)]));
    }

    // The naive interpreter of plans is small enough to be read at once.
    [Test]
    public void The_plan_interpreter_has_at_most_320_lines() =>
        Assert.That(Repository.Files("src/RnnJit/Interpretation", "PlanInterpreter*.cs").Sum(file => Lines(file).Length),
            Is.InRange(1, MostLinesOfInterpreter));

    private static IEnumerable<string> SmallFiles => Small.SelectMany(folder => Repository.Files(folder, "*.cs"));

    private static string[] Lines(string file) => Repository.Read(file).TrimEnd('\n').Split('\n');

    // Members of types with a block, from the first line of their head on.
    private static IEnumerable<(string Head, int Length)> Methods(string[] lines)
    {
        for (int open = 0; open < lines.Length; open++)
        {
            string indent = lines[open][..^lines[open].TrimStart().Length];
            if (lines[open].TrimStart() != "{" || indent.Length == 0)
                continue;
            int end = Array.FindIndex(lines, open, line => line.StartsWith(indent + "}", StringComparison.Ordinal)), head = open - 1;
            if (!IsEndOfHead(lines, head))
                continue;
            while (head > 0 && lines[head].StartsWith(indent + " ", StringComparison.Ordinal))
                head--;
            if (!OfType.IsMatch(lines[head]))
                yield return (lines[head].Trim(), end - head + 1);
        }
    }

    private static bool IsEndOfHead(string[] lines, int line) =>
        lines[line].EndsWith(')') || lines[line].EndsWith(" switch", StringComparison.Ordinal)
            || (lines[line].TrimStart().StartsWith("where ", StringComparison.Ordinal) && IsEndOfHead(lines, line - 1));
}
