namespace RnnJit.Import.Tests;

/// <summary>Reference files that lie outside the repository; the environment variable <c>RNNJIT_DATA</c> names their folder.</summary>
internal static class ReferenceData
{
    /// <summary>The folder. Unset: the test is ignored and says so. Set but missing: the test fails.</summary>
    public static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("RNNJIT_DATA");
            if (string.IsNullOrEmpty(folder))
                Assert.Ignore(
                    "RNNJIT_DATA is not set, so nothing is compared with the reference data (set it to the absolute path of their folder)");
            if (!Path.IsPathFullyQualified(folder!) || !Directory.Exists(folder))
                Assert.Fail($"RNNJIT_DATA is '{folder}', which is no folder with an absolute path (correct or unset it)");

            return folder!;
        }
    }
}
