namespace RnnJit.Runtime;

/// <summary>A resolved place in memory that may move with the time step.</summary>
internal readonly unsafe struct Address
{
    private readonly byte* start;
    private readonly nint timeStride;
    private readonly nint parityStride;
    private readonly int parity;

    public Address(View view)
    {
        start = view.Block.Data + (view.Offset * view.ElementSize);
        timeStride = (nint)(view.TimeStride * view.ElementSize);
        parityStride = (nint)(view.ParityStride * view.ElementSize);
        parity = view.Parity;
    }

    /// <param name="t">The time step.</param>
    /// <param name="i">How many steps were done before.</param>
    public byte* At(int t, int i) => start + (t * timeStride) + (((i + parity) & 1) * parityStride);
}

/// <summary>What part of an instruction a worker does: rows of the batch, and a share of what it splits itself.</summary>
internal readonly record struct Share(int Part, int Parts, int RowStart, int RowEnd)
{
    /// <summary>The part of a range of work, as even as possible.</summary>
    public (int Start, int End) Of(int count) => ((int)((long)count * Part / Parts), (int)((long)count * (Part + 1) / Parts));

    /// <summary>Like <see cref="Of(int)"/>, in multiples of a unit.</summary>
    public (int Start, int End) Of(int count, int unit)
    {
        int units = (count + unit - 1) / unit;
        var (start, end) = Of(units);
        return (Math.Min(start * unit, count), Math.Min(end * unit, count));
    }
}
