namespace RnnJit.Core.Tests.Architecture;

/// <summary>The files of the repository, build output left out.</summary>
internal static class Repository
{
    private static readonly string[] Outputs = ["bin", "obj", "TestResults", ".git"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root with '/', sorted.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        string start = Path.Combine(Root, folder);
        return !Directory.Exists(start) ? [] : Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(Outputs.Contains)).Order(StringComparer.Ordinal).ToArray();
    }

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RnnJit.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside the repository");
    }
}
