using System.Runtime.CompilerServices;

namespace RnnJit.Cli.Tests;

/// <summary>Files of the repository, found from where this source file was compiled.</summary>
internal static class Repository
{
    public static string File(string path) => Path.Combine(Root(), path);

    public static string Read(string path) => System.IO.File.ReadAllText(File(path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
