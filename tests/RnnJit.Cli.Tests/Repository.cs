using System.Runtime.CompilerServices;

namespace RnnJit.Cli.Tests;

/// <summary>Files of the repository, found from where this source file was compiled.</summary>
internal static class Repository
{
    public static string File(string path) => Path.Combine(Root(), path);

    public static string Read(string path) => System.IO.File.ReadAllText(File(path));

    /// <summary>Paths of C# files from the root, build output and expected texts of the emitter left out.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(File(folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root(), file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(name => name is "bin" or "obj") && !file.Contains("/Emit/Kernels/"));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
