using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RnnJit.Jit.Caching;

/// <summary>Who owns a file on Unix, which .NET does not tell. What cannot be found out counts as another's.</summary>
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
            // A C library of before 2018.
            return false;
        }
    }

    // Elsewhere: the owner alone may set the mode, and root, who therefore cannot be told apart.
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
