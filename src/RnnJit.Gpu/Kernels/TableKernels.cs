using System.ComponentModel;
using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of moves, followed by, for each address, its word in the table, time stride, double-buffer stride and half.</summary>
internal static class MoveWord
{
    public const int Count = 0;
    public const int Words = 1;
    public const int PerMove = 4;
}

/// <summary>
/// Changes of the table itself. An address tells of the innermost loop and the one around it; loops further out move it here.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TableKernels
{
    /// <summary>No step: before the first one and after the last one.</summary>
    internal const int Outside = -1;

    /// <summary>
    /// From the step that <see cref="DeviceLaunch.OuterT"/> and <see cref="DeviceLaunch.OuterI"/> tell to that of T and I.
    /// </summary>
    public static void Move<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        for (long move = words.Thread; move < words[MoveWord.Count]; move += words.Threads)
        {
            long at = MoveWord.Words + (move * MoveWord.PerMove);
            table[words[at]] += Offset(words, at, launch.T, launch.I) - Offset(words, at, launch.OuterT, launch.OuterI);
        }
    }

    private static long Offset(DeviceWords words, long at, int t, int i) =>
        i == Outside ? 0 : (t * words[at + 1]) + (((i + words[at + 3]) & 1) * words[at + 2]);
}
