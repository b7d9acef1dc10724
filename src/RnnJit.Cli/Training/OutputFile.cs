using System.Text;
using RnnJit.Files;

namespace RnnJit.Cli.Training;

/// <summary>A file that a long run will write; errors that are known in advance are reported before the run.</summary>
internal static class OutputFile
{
    /// <summary>Checks that the file can be written. File and folder are not changed, except that temporary files of killed runs are
    /// removed.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static void Check(string path)
    {
        if (path.Length == 0)
            throw new UsageException("The name of an output file is empty (give one)");
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new UsageException($"'{path}' is a folder, wanted a file to write (name a file in it)");
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw new UsageException($"The folder of '{path}' does not exist (create it first)");
        try
        {
            AtomicFile.Prepare(path);
        }
        catch (IOException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Writes a text as UTF-8, whole or not at all.</summary>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    public static void Write(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Requires that a file to write is no other file of the command, through symbolic and hard links too.</summary>
    /// <param name="output">The option and its file.</param>
    /// <param name="others">Options and their files; null or empty: none.</param>
    /// <exception cref="UsageException">Two are the same file.</exception>
    public static void RequireApart((string Option, string Path) output, params (string Option, string? Path)[] others)
    {
        foreach (var (option, path) in others)
        {
            if (!string.IsNullOrEmpty(path) && LinkedPath.Same(output.Path, path))
                throw new UsageException($"{output.Option} '{output.Path}' and {option} '{path}' are the same file (write to another one)");
        }
    }
}
