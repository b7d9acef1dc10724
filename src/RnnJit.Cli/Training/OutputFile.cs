namespace RnnJit.Cli.Training;

/// <summary>A file that a long run is going to write: what can be known beforehand is said beforehand.</summary>
internal static class OutputFile
{
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
    }
}
