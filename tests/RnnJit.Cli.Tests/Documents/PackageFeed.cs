using System.Diagnostics;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>All packages of this repository, packed into a folder that serves as a feed.</summary>
internal sealed class PackageFeed : IDisposable
{
    /// <summary>The packages, each with the assemblies that it carries.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Packages = new Dictionary<string, string[]>
    {
        ["RnnJit"] = ["RnnJit.Runtime", "RnnJit.Core"],
        ["RnnJit.Jit"] = ["RnnJit.Jit", "RnnJit.Generators"],
        ["RnnJit.Gpu"] = ["RnnJit.Gpu"],
        ["RnnJit.Import"] = ["RnnJit.Import"],
        ["RnnJit.Charts"] = ["RnnJit.Charts"],
    };

    public const string Tool = "RnnJit.Cli";

    private readonly TemporaryFolder folder = new();

    public PackageFeed()
    {
        string property = $"-c Release -v q -nodeReuse:false -p:RunAnalyzers=false -p:PackageVersion={Version}";
        Run($"build {Repository.File("src/" + Tool)} {property}", folder.Path);
        foreach (string package in Packages.Keys.Append(Tool))
            Run($"pack {Repository.File("src/" + package)} --no-build -o {Path} {property}", folder.Path);
    }

    public string Path => folder.File("feed");

    /// <summary>A version of its own: packages of an earlier run stay in the cache of the machine.</summary>
    public string Version { get; } = $"0.1.0-test.{DateTime.UtcNow.Ticks}";

    public string Package(string id, string extension = ".nupkg") => System.IO.Path.Combine(Path, $"{id}.{Version}{extension}");

    /// <summary>An empty folder where the feed is known.</summary>
    public string NewFolder(string name)
    {
        string made = Directory.CreateDirectory(folder.File(name)).FullName;
        File.WriteAllText(System.IO.Path.Combine(made, "nuget.config"),
            $"<configuration><packageSources><add key=\"feed\" value=\"{Path}\" /></packageSources></configuration>");
        return made;
    }

    /// <summary>A text of a document, with the packages of this feed.</summary>
    public string Versioned(string text) =>
        text.Replace("Version=\"0.1.0\"", $"Version=\"{Version}\"").Replace("@0.1.0\n", $"@{Version}\n");

    public void Dispose() => folder.Dispose();

    /// <summary>Runs dotnet, which has to succeed.</summary>
    /// <returns>What it printed.</returns>
    public static string Run(string arguments, string folder)
    {
        int code = Code("dotnet", arguments, folder, out string printed);
        Assert.That(code, Is.Zero, $"dotnet {arguments}\n{printed}");
        return printed;
    }

    public static int Code(string program, string arguments, string folder, out string printed)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        printed = (output.Result + error).ReplaceLineEndings("\n");
        return process.ExitCode;
    }
}
