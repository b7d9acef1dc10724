namespace RnnJit.Cpu.Gemm;

/// <summary>How many lines of what comes next of B a micro-kernel asks for where its pointers step, every few k.</summary>
internal enum Prefetch
{
    None = 0,
    One = 1,
    Two = 2,
    Four = 4,
}

/// <summary>That number, known when a kernel is compiled: most of its calls ask for nothing, and not even a comparison is left of it.</summary>
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
