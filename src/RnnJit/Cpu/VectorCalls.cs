using System.ComponentModel;
using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu;

/// <summary>
/// The functions of <see cref="VectorMath"/> as calls. The runtime stops inlining in a method with 512 locals, and each inlined function
/// costs about 100: a kernel with many functions is faster when it calls them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VectorCalls
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Exp<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged => VectorMath.Exp<V, T>(x);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Log<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged => VectorMath.Log<V, T>(x);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Tanh<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged => VectorMath.Tanh<V, T>(x);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Sigmoid<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged => VectorMath.Sigmoid<V, T>(x);
}
