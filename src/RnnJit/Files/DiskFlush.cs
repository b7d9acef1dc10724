using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RnnJit.Files;

/// <summary>Flushes files and folders to the disk, so that they outlive a loss of power, and says where that failed.</summary>
internal static partial class DiskFlush
{
    // Of fcntl.h and errno.h on Linux; close-on-exec has another number elsewhere, where nothing depends on it.
    private const int ReadOnly = 0, CloseOnExec = 0x80000;
    private const int Interrupted = 4, Invalid = 22, ReadOnlySystem = 30;

    /// <exception cref="IOException">The disk did not take all that was written.</exception>
    public static void Run(FileStream stream)
    {
        if (!OperatingSystem.IsLinux())
        {
            stream.Flush(flushToDisk: true);
            return;
        }

        // On Linux FileStream of .NET 10.0 flushes to the disk and ignores every failure.
        stream.Flush();
        if (Run(stream.SafeFileHandle) is { } fault)
            throw new IOException(fault);
    }

    /// <summary>Flushes the names in a folder. Windows offers this for no folder.</summary>
    /// <returns>Why it could not be flushed; null where it was, and where the folder may not be read or its file system has nothing to
    /// flush.</returns>
    public static string? RunFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return null;
        int file = Open(folder, OperatingSystem.IsLinux() ? ReadOnly | CloseOnExec : ReadOnly);
        if (file < 0)
            return null;
        using var handle = new SafeFileHandle(file, ownsHandle: true);
        return Run(handle);
    }

    private static string? Run(SafeFileHandle handle)
    {
        int error;
        do
            error = Flush(handle) == 0 ? 0 : Marshal.GetLastPInvokeError();
        while (error == Interrupted);
        return error is 0 or Invalid or ReadOnlySystem ? null : Marshal.GetPInvokeErrorMessage(error);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(SafeFileHandle file);
}
