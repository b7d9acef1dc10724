namespace RnnJit.Jit.Tests.Documents;

/// <summary>The documents beside the source.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string Path(string file) => System.IO.Path.Combine(Root, file);

    public static string Read(string file) => File.ReadAllText(Path(file)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "RnnJit.sln")))
            folder = System.IO.Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside the repository");
    }
}
