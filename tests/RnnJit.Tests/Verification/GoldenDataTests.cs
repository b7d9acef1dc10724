using RnnJit.Ir;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>The interpreter against every case of the reference data.</summary>
public class GoldenDataTests
{
    private static IEnumerable<TestCaseData> Cases => GoldenFiles.All;

    [TestCaseSource(nameof(Cases))]
    public void The_interpreter_agrees_in_double(string file) => Agrees(file, ElementType.F64);

    [TestCaseSource(nameof(Cases))]
    public void The_interpreter_agrees_in_single(string file) => Agrees(file, ElementType.F32);

    private static void Agrees(string file, ElementType precision)
    {
        var lines = new List<string>();
        GoldenSummary summary =
            GoldenRunner.Run([Path.Combine(ReferenceData.Folder, file)], new GoldenInterpreter(), precision, lines.Add);

        TestContext.Out.WriteLine(string.Join("\n", lines));
        Assert.That(summary.Failed, Is.Zero, string.Join("\n", lines));
        Assert.That(summary.Found, Is.Not.Zero, string.Join("\n", lines));
        if (summary.Skipped > 0)
            Assert.Ignore(string.Join("\n", lines));
    }
}
