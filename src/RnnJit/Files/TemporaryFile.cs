using System.Text.RegularExpressions;

namespace RnnJit.Files;

/// <summary>
/// The temporary file beside a target, <c>TARGET.ID.tmp</c>. Its writer holds a shared lock on it until it is renamed or removed,
/// so that a process that finds it without a lock knows that its writer died.
/// </summary>
internal static partial class TemporaryFile
{
    private const int Attempts = 5;

    /// <summary>Creates and locks a temporary file.</summary>
    /// <exception cref="IOException">The file could not be created.</exception>
    public static FileStream Create(string target, UnixFileMode? mode = null)
    {
        // Readers share the lock, and Windows renames an open file whose deletion is shared.
        var options =
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        for (int attempt = 1; ; attempt++)
        {
            string path = $"{target}.{Guid.NewGuid():N}.tmp";
            try
            {
                var stream = new FileStream(path, options);

                // On Unix, creation and lock are two steps: between them another process may have removed it as a leftover.
                if (File.Exists(path) || attempt == Attempts)
                    return stream;
                stream.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
                // The other process holds its own lock.
            }
        }
    }

    /// <summary>Removes temporary files of a target whose writers died, except locked files, files of other users and irregular
    /// files.</summary>
    public static void RemoveLeftovers(string target)
    {
        string folder = Path.GetDirectoryName(target)!, name = Path.GetFileName(target);
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder))
            {
                if (IsOf(Path.GetFileName(path), name) && FileFacts.Of(path, follow: false) is { Kind: null, IsOwn: true })
                    RemoveUnlocked(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be listed.
        }
    }

    /// <summary>Removes a file; a failure is not reported, because another one is.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static bool IsOf(string file, string target) =>
        file.StartsWith(target, StringComparison.Ordinal) && Suffix().IsMatch(file.AsSpan(target.Length));

    private static void RemoveUnlocked(string path)
    {
        try
        {
            using var locked =
                new FileStream(path, FileMode.Open, FileAccess.Read, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its writer is alive, or it is gone already.
        }
    }

    [GeneratedRegex(@"^\.[0-9a-f]{32}\.tmp\z", RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();
}
