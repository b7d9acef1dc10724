using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Storage of the elements of a packed B, and loads of a row of a panel, two vectors, from a byte offset.</summary>
internal unsafe interface IStored<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    static abstract V Low(byte* panel, nint row);

    static abstract V High(byte* panel, nint row);

    /// <summary>Loads two vectors of stored numbers; one load where a register holds both.</summary>
    static abstract void Both(byte* panel, nint row, out V low, out V high);
}

/// <summary>Elements as they are computed with.</summary>
internal readonly unsafe struct AsIs<V, T> : IStored<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    public static int Size => sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Low(byte* panel, nint row) => V.Load(ref *(T*)(panel + row), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V High(byte* panel, nint row) => V.Load(ref *(T*)(panel + row), V.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(byte* panel, nint row, out V low, out V high) => (low, high) = (Low(panel, row), High(panel, row));
}
