namespace RnnJit.Cpu.Gemm;

/// <summary>How many lines of what comes next of B a micro-kernel asks for on its way.</summary>
internal enum Prefetch
{
    None,

    /// <summary>One where its pointers step, every few k.</summary>
    PerStep,

    /// <summary>One for each k.</summary>
    PerK,
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

internal readonly struct PrefetchPerStep : IPrefetch
{
    public static Prefetch Lines => Prefetch.PerStep;
}

internal readonly struct PrefetchPerK : IPrefetch
{
    public static Prefetch Lines => Prefetch.PerK;
}
