using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RnnJit.Jit.Caching;

/// <summary>Ownership of a file on Unix, which .NET does not report. A file whose owner cannot be determined counts as another
/// user's.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class FileOwner
{
    // Of linux/stat.h and linux/fcntl.h; the layout of statx is the same on all processors.
    private const int ThisFolder = -100, EmptyPath = 0x1000;
    private const uint WantUser = 8;
    private const int StatxBytes = 256, MaskAt = 0, UserAt = 20;

    public static bool IsThisUser(string path) => OperatingSystem.IsLinux()
        ? Owns(ThisFolder, path, 0)
        : MayChange(() => File.SetUnixFileMode(path, File.GetUnixFileMode(path)));

    public static bool IsThisUser(SafeFileHandle file) => OperatingSystem.IsLinux()
        ? Owns((int)file.DangerousGetHandle(), "", EmptyPath)
        : MayChange(() => File.SetUnixFileMode(file, File.GetUnixFileMode(file)));

    private static bool Owns(int folder, string path, int flags)
    {
        byte* status = stackalloc byte[StatxBytes];
        try
        {
            return Statx(folder, path, flags, WantUser, status) == 0 && (*(uint*)(status + MaskAt) & WantUser) != 0
                && *(uint*)(status + UserAt) == EffectiveUser();
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than 2018 and has no statx.
            return false;
        }
    }

    // On Unix other than Linux, ownership is tested by setting the mode, which the owner and root may do. The test is meaningless for a
    // process of root, which therefore counts as not the owner.
    private static bool MayChange(Action setMode)
    {
        if (Environment.IsPrivilegedProcess)
            return false;

        try
        {
            setMode();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
