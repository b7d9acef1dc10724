namespace RnnJit.Files;

/// <summary>Writes a file so that a reader finds either the whole old content or the whole new one.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, flushes it to the disk and renames it over the target.
    /// A symbolic link is followed; the permissions of a replaced file are kept unless others are given.
    /// </summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="write">Writes the content; it need not flush or dispose the stream.</param>
    /// <param name="mode">The permissions on Unix, from the first byte on.</param>
    /// <exception cref="IOException">
    /// The file could not be written (disk full, no permission, no such folder). The previous file is untouched and no temporary file stays.
    /// Any other exception of <paramref name="write"/> passes unchanged, after the same cleaning.
    /// </exception>
    public static void Write(string path, Action<Stream> write, UnixFileMode? mode = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        string? temporary = null;
        try
        {
            var target = Target(path);
            var candidate = $"{target}.{Guid.NewGuid():N}.tmp";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = mode;
            using (var stream = new FileStream(candidate, options))
            {
                temporary = candidate;
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (mode is null)
                KeepPermissions(target, temporary);
            File.Move(temporary, target, overwrite: true);
            temporary = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' could not be written and is as it was before: {e.Message.TrimEnd('.')} ({Cure(e)})", e);
        }
        finally
        {
            if (temporary is not null)
                Remove(temporary);
        }
    }

    private static string Target(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new IOException("it is a folder, wanted a file");
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw new DirectoryNotFoundException($"the folder '{Path.GetDirectoryName(full)}' does not exist");

        var file = new FileInfo(full);
        return file.LinkTarget is null ? full : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    private static void KeepPermissions(string target, string temporary)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
    }

    private static string Cure(Exception e) => e switch
    {
        UnauthorizedAccessException => "allow writing in its folder or choose another one",
        DirectoryNotFoundException => "create the folder first",
        _ => "check the path and the free space",
    };

    // The first failure is the one to report, not that of cleaning up after it.
    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
