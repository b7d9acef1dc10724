using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>How elements of a packed B are stored, and how a row of a panel, two vectors of them, is read.</summary>
internal unsafe interface IStored<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    static abstract void Load(byte* row, out V low, out V high);
}

/// <summary>Elements as they are computed with.</summary>
internal readonly unsafe struct AsIs<V, T> : IStored<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    public static int Size => sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* row, out V low, out V high)
    {
        low = V.Load(ref *(T*)row, 0);
        high = V.Load(ref *(T*)row, V.Count);
    }
}
