using RnnJit.Ir;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>The interpreter against every case of the reference data, one test a file and precision.</summary>
public class GoldenDataTests
{
    private static IEnumerable<TestCaseData> Cases
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("RNNJIT_DATA");
            string folder = Path.Combine(root ?? "", "golden");

            // Without data there is one test, which says so.
            string[] files = !string.IsNullOrEmpty(root) && Directory.Exists(folder)
                ? Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal).ToArray()
                : ["golden"];
            foreach (string file in files)
            {
                foreach (ElementType precision in (ElementType[])[ElementType.F64, ElementType.F32])
                    yield return new TestCaseData(file, precision).SetArgDisplayNames(file, precision.ToString());
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void The_interpreter_agrees(string file, ElementType precision)
    {
        var lines = new List<string>();
        GoldenSummary summary = GoldenRunner.Run([Path.Combine(ReferenceData.Folder, file)], new InterpreterBackend(), precision, lines.Add);

        TestContext.Out.WriteLine(string.Join("\n", lines));
        Assert.That(summary.Failed, Is.Zero, string.Join("\n", lines));
        Assert.That(summary.Found, Is.Not.Zero, string.Join("\n", lines));
        if (summary.Skipped > 0)
            Assert.Ignore(string.Join("\n", lines));
    }
}
