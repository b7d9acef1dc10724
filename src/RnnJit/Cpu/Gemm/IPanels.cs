namespace RnnJit.Cpu.Gemm;

/// <summary>When panels are copied before they are read.</summary>
internal enum Copying
{
    Never,
    WorthWhile,
    Always,
}

/// <summary>A source of panels of B.</summary>
internal unsafe interface IPanels<T>
    where T : unmanaged
{
    Copying Copying { get; }

    /// <summary>Sets B, BRow and BPanel of a tile to rows [k, k + count) of some panels, the last of which has so many columns.</summary>
    /// <param name="copy">Room for count rows of those panels; null to read it as it lies, where all columns exist.</param>
    void Take(int panel, int panels, int k, int columns, int count, T* copy, ref Tile<T> tile);

    /// <summary>Sets the prefetch pointer and its strides to row k of the panel that is taken next.</summary>
    void SetPrefetch(int panel, int k, ref Tile<T> tile);
}
