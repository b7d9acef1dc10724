namespace RnnJit.Files;

/// <summary>Writes a file so that a reader finds either the whole old content or the whole new one.</summary>
internal static class AtomicFile
{
    private const string ReadOnly = "it is read-only for this user";

    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, flushes it to the disk, renames it over
    /// the target and flushes the folder. Symbolic links are followed; the permissions of a replaced file are kept unless others are
    /// given. Only a regular file is replaced, and only one that this user may write into.
    /// </summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="write">Writes the content; it need not flush or dispose the stream.</param>
    /// <param name="mode">The permissions on Unix, from the first byte on.</param>
    /// <exception cref="IOException">
    /// The file could not be written (disk full, no permission, a read-only file, no such folder, a device or a FIFO). The previous file is
    /// untouched and no temporary file stays. Any other exception of <paramref name="write"/> passes unchanged, after the same cleaning. Or
    /// the folder could not be flushed; the sentence then says that the file is the new one.
    /// </exception>
    public static void Write(string path, Action<Stream> write, UnixFileMode? mode = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        string? temporary = null, target;
        try
        {
            target = Target(path);
            using FileStream stream = TemporaryFile.Create(target, mode);
            temporary = stream.Name;
            write(stream);
            DiskFlush.Run(stream);
            if (mode is null)
                KeepPermissions(target, temporary);

            // Under the lock, so that no other process takes the file for a leftover.
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
                TemporaryFile.Remove(temporary);
        }

        if (DiskFlush.RunFolder(Path.GetDirectoryName(target)!) is { } fault)
            throw new IOException(
                $"'{path}' is written, but its folder could not be flushed to the disk: {fault} (check the disk; after a loss of power "
                    + "the file may be the previous one)");
    }

    /// <summary>
    /// Tries beforehand whether <see cref="Write"/> can write a file: the target is regular or new, and its folder takes a file. No file
    /// remains and the target is unchanged. Temporary files of this target whose writers died are removed.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Prepare(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        try
        {
            var target = Target(path);
            TemporaryFile.RemoveLeftovers(target);
            using FileStream probe = TemporaryFile.Create(target);
            TemporaryFile.Remove(probe.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' cannot be written: {e.Message.TrimEnd('.')} ({Cure(e)})", e);
        }
    }

    private static string Target(string path)
    {
        FileFacts? old = FileFacts.Of(path);
        if (old is { Kind: { } kind })
            throw new IOException($"it is {kind}, wanted a file");
        if (old is { Hindrance: { } hindrance })
            throw new IOException(hindrance + ", so that it cannot be replaced");

        // A link may lead to a file that is not there yet.
        string target = LinkedPath.Resolve(path);
        if (!FileFacts.IsWritable(target))
            throw new IOException(ReadOnly);

        return Directory.Exists(Path.GetDirectoryName(target))
            ? target
            : throw new DirectoryNotFoundException($"the folder '{Path.GetDirectoryName(target)}' does not exist");
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
        _ when e.Message == ReadOnly => "allow writing into it or choose another name",
        _ => "check the path and the free space",
    };
}
