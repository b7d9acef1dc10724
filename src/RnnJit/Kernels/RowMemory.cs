using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RnnJit.Kernels;

/// <summary>Thread-local buffer for the values of one row that a kernel stores in one pass over the columns and reads in a later one;
/// allocated once per thread.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class RowMemory
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static byte[]? bytes;

    /// <summary>Room for so many rows. It holds until the thread takes memory again; nothing is cleared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Take<T>(int rows, int columns)
        where T : unmanaged
    {
        nint size = rows * Stride<T>(columns) * sizeof(T);
        byte[]? mine = bytes;
        if (mine is null || mine.Length < size + Alignment)
            mine = Grow(size);
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(mine));
        return ref Unsafe.AsRef<T>((T*)(((nint)start + Alignment - 1) & -Alignment));
    }

    /// <summary>One of these rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Row<T>(ref T memory, int row, int columns)
        where T : unmanaged => ref Unsafe.Add(ref memory, row * Stride<T>(columns));

    /// <summary>One of these rows, with bounds.</summary>
    public static Span<T> Span<T>(ref T memory, int row, int columns)
        where T : unmanaged => MemoryMarshal.CreateSpan(ref Row(ref memory, row, columns), columns);

    // Pinned, so that rows stay where a vector never crosses a line of the cache.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Grow(nint size) => bytes = GC.AllocateUninitializedArray<byte>(checked((int)(size + Alignment)), pinned: true);

    // A line more than a row takes: rows a page apart would share the places of the first-level cache.
    private static nint Stride<T>(int columns)
        where T : unmanaged => (columns + (2 * Alignment / sizeof(T)) - 1) & -(nint)(Alignment / sizeof(T));
}
