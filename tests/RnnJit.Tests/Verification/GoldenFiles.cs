namespace RnnJit.Tests.Verification;

/// <summary>The golden cases of the reference data as test cases, by their path below its folder.</summary>
internal static class GoldenFiles
{
    public static IEnumerable<TestCaseData> All
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("RNNJIT_DATA");
            string folder = Path.Combine(root ?? "", "golden");

            // Without data there is one test, which says so.
            string[] files = !string.IsNullOrEmpty(root) && Directory.Exists(folder)
                ? Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file))
                    .Order(StringComparer.Ordinal).ToArray()
                : ["golden"];
            return files.Select(file => new TestCaseData(file).SetArgDisplayNames(file));
        }
    }
}
