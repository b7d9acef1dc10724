using System.Text.RegularExpressions;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>Plans, backends and oracles know no pointer, no vector and no thread pool: those are one backend's matter.</summary>
public class NeutralPlanTests
{
    private static readonly string[] Folders =
        ["src/RnnJit.Core/Plans", "src/RnnJit.Core/Planning", "src/RnnJit.Core/Passes", "src/RnnJit.Core/Ir", "src/RnnJit.Core/Ops", "src/RnnJit/Backends", "src/RnnJit/Interpretation"];

    private static readonly Regex OfTheCpu = new(@"\bunsafe\b|\bnint\b|System\.Runtime\.Intrinsics|Cpu\.Simd|\bWorkerPool\b|\b(byte|float|double|int|void)\*");

    private static IEnumerable<string> Sources => Folders.SelectMany(folder => Repository.Files(folder, "*.cs"));

    [TestCaseSource(nameof(Sources))]
    public void Nothing_of_the_cpu_is_named(string file) => Assert.That(OfTheCpu.Matches(Repository.Read(file)).Select(match => match.Value), Is.Empty);

    [Test]
    public void Every_folder_has_sources()
    {
        foreach (string folder in Folders)
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

    // The planner and what lowers plans.
    [Test]
    public void No_file_of_plans_is_longer_than_300_lines() =>
        Assert.That(Repository.Files("src/RnnJit.Core/Plans", "*.cs").Where(file => Repository.Read(file).Count(c => c == '\n') > 300), Is.Empty);
}
