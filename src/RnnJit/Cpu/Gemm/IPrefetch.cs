namespace RnnJit.Cpu.Gemm;

/// <summary>Cache lines of the next B panel prefetched per unrolled k step.</summary>
internal enum Prefetch
{
    None = 0,
    One = 1,
    Two = 2,
    Four = 4,
}

/// <summary>The number of lines as a type, so that kernels without prefetch hold no comparison.</summary>
internal interface IPrefetch
{
    static abstract Prefetch Lines { get; }
}

internal readonly struct NoPrefetch : IPrefetch
{
    public static Prefetch Lines => Prefetch.None;
}

internal readonly struct OneLine : IPrefetch
{
    public static Prefetch Lines => Prefetch.One;
}

internal readonly struct TwoLines : IPrefetch
{
    public static Prefetch Lines => Prefetch.Two;
}

internal readonly struct FourLines : IPrefetch
{
    public static Prefetch Lines => Prefetch.Four;
}
