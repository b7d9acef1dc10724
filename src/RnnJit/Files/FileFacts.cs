using System.Runtime.InteropServices;

namespace RnnJit.Files;

/// <summary>Kind and identity of a file on Linux, which .NET does not report. On other systems every file counts as regular, without an
/// identity.</summary>
/// <param name="Kind">Noun for an irregular file, such as <c>a FIFO</c>; null for a regular file.</param>
/// <param name="Identity">Device and inode, equal for all hard links of a file; null where the system does not tell.</param>
/// <param name="IsOwn">True if the file belongs to this user.</param>
/// <param name="Hindrance">Why another file cannot be renamed over it; null where nothing is known.</param>
internal sealed unsafe partial record FileFacts(string? Kind, (ulong Device, ulong Inode)? Identity, bool IsOwn, string? Hindrance)
{
    // Of linux/stat.h and linux/fcntl.h; the layout of statx is the same on all processors.
    private const int ThisFolder = -100, NoFollow = 0x100, StatxBytes = 256;
    private const int AttributesAt = 8, UserAt = 20, ModeAt = 28, InodeAt = 32, DeviceAt = 136;
    private const int MayWrite = 2, Effective = 0x200;
    private const uint WantType = 1, WantUser = 8, WantInode = 0x100;
    private const ulong Immutable = 0x10, AppendOnly = 0x20, MountRoot = 0x2000;

    private static readonly FileFacts Unknown = new(null, null, IsOwn: true, null);

    /// <returns>Null: there is no such file.</returns>
    /// <param name="path">The file.</param>
    /// <param name="follow">Whether a symbolic link stands for its target.</param>
    public static FileFacts? Of(string path, bool follow = true)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) ? Unknown : Directory.Exists(path) ? Unknown with { Kind = "a folder" } : null;

        byte* status = stackalloc byte[StatxBytes];
        try
        {
            if (Statx(ThisFolder, path, follow ? 0 : NoFollow, WantType | WantUser | WantInode, status) != 0)
                return null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library of before 2018.
            return File.Exists(path) ? Unknown : null;
        }

        ulong device = ((ulong)*(uint*)(status + DeviceAt) << 32) | *(uint*)(status + DeviceAt + 4);
        return new FileFacts(KindOf(*(ushort*)(status + ModeAt)), (device, *(ulong*)(status + InodeAt)),
            *(uint*)(status + UserAt) == EffectiveUser(), HindranceOf(*(ulong*)(status + AttributesAt)));
    }

    /// <summary>
    /// False where this user may not write into a file that exists, so that replacing it would get round its permissions.
    /// </summary>
    public static bool IsWritable(string path)
    {
        if (!OperatingSystem.IsLinux())
            return Environment.IsPrivilegedProcess || !File.Exists(path) || !new FileInfo(path).IsReadOnly;
        return !File.Exists(path) || Access(ThisFolder, path, MayWrite, Effective) == 0;
    }

    private static string? KindOf(ushort mode) => (mode >> 12) switch
    {
        8 => null,
        1 => "a FIFO",
        2 => "a character device",
        4 => "a folder",
        6 => "a block device",
        10 => "a symbolic link",
        12 => "a socket",
        _ => "no regular file",
    };

    private static string? HindranceOf(ulong attributes) => attributes switch
    {
        _ when (attributes & Immutable) != 0 => "it is immutable",
        _ when (attributes & AppendOnly) != 0 => "it can only be appended to",
        _ when (attributes & MountRoot) != 0 => "it is a mount point",
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "faccessat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(int folder, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
