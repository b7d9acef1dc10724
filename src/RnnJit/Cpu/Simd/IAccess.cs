using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace RnnJit.Cpu.Simd;

/// <summary>
/// Memory access of a kernel: one text serves full vectors (<see cref="Full"/>) and the last, partial one (<see cref="Tail"/>).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IAccess
{
    static abstract V Load<V, T>(ref T p, nint offset, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged;

    static abstract void Store<V, T>(V value, ref T p, nint offset, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged;

    /// <summary>Blend: lanes below n from <paramref name="value"/>, the others from <paramref name="other"/>; the operand of a reduction
    /// over a tail.</summary>
    static abstract V Keep<V, T>(V value, V other, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>All lanes exist; n is ignored.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Full : IAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(ref T p, nint offset, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged => V.Load(ref p, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, ref T p, nint offset, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged => V.Store(value, ref p, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Keep<V, T>(V value, V other, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged => value;
}

/// <summary>Only the first n lanes exist.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Tail : IAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(ref T p, nint offset, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged => V.LoadPartial(ref p, offset, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, ref T p, nint offset, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged => V.StorePartial(value, ref p, offset, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Keep<V, T>(V value, V other, int n)
        where V : struct, ISimd<V, T>
        where T : unmanaged => V.Select(V.Less(V.Iota, V.Create(n)), value, other);
}
