using Microsoft.Win32.SafeHandles;

namespace RnnJit.Jit.Caching;

/// <summary>
/// Check that a folder or file belongs to this user and that nobody else has access, so that the code in it can only have come from this
/// user. A hash beside the bytes detects accidents; the right to write decides about attackers. On Windows the folder's own access list
/// decides, as it does for a user's profile.
/// </summary>
internal static class OwnerOnly
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite
            | UnixFileMode.OtherExecute;

    /// <returns>Why a folder is not trusted; null if it is.</returns>
    public static string? Fault(string folder) => OperatingSystem.IsWindows()
        ? null
        : Fault(File.GetUnixFileMode(folder), FileOwner.IsThisUser(folder), "700");

    /// <returns>Why an open file is not trusted; null if it is.</returns>
    public static string? Fault(SafeFileHandle file) => OperatingSystem.IsWindows()
        ? null
        : Fault(File.GetUnixFileMode(file), FileOwner.IsThisUser(file), "600");

    private static string? Fault(UnixFileMode mode, bool own, string wanted) =>
        !own ? "it belongs to another user (choose a folder of your own)"
        : (mode & Others) != 0 ? $"others may use it, its mode is {Convert.ToString((int)mode, 8)} (wanted {wanted})"
        : null;
}
