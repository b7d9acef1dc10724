using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>The loop indices: time step and number of steps done before, of the innermost loop and of the one around it.</summary>
internal readonly record struct LoopIndices(int T, int I, int OuterT, int OuterI)
{
    /// <summary>Beginning of the memory that a caller gives; for buffers that are <see cref="PlanMemory.IsRelative"/>.</summary>
    public nint Base { get; init; }

    /// <summary>A step of a loop inside this one.</summary>
    public LoopIndices Inside(int t, int i) => new(t, i, T, I) { Base = Base };
}

/// <summary>The address of a buffer view, as a function of the loop indices.</summary>
internal readonly unsafe struct Address
{
    private readonly byte* start;
    private readonly nint timeStride;
    private readonly nint doubleBufferStride;
    private readonly int ring;
    private readonly nint outerTimeStride;
    private readonly nint outerDoubleBufferStride;
    private readonly int doubleBufferHalf;
    private readonly int outerDoubleBufferHalf;

    // Mask: all ones where the address of the caller's memory is added, else 0.
    private readonly nint relative;

    public Address(BufferView view, PlanMemory memory)
    {
        start = memory.Data(view.Buffer) + (view.Offset * view.ElementSize);
        timeStride = (nint)(view.TimeStride * view.ElementSize);
        doubleBufferStride = (nint)(view.DoubleBufferStride * view.ElementSize);
        doubleBufferHalf = view.DoubleBufferHalf;
        ring = view.Ring - 1;
        outerTimeStride = (nint)(view.OuterTimeStride * view.ElementSize);
        outerDoubleBufferStride = (nint)(view.OuterDoubleBufferStride * view.ElementSize);
        outerDoubleBufferHalf = view.OuterDoubleBufferHalf;
        relative = memory.IsRelative(view.Buffer) ? -1 : 0;
    }

    public byte* At(in LoopIndices clock) =>
        start + (clock.Base & relative) + ((clock.T & ring) * timeStride) + (((clock.I + doubleBufferHalf) & 1) * doubleBufferStride)
        + (clock.OuterT * outerTimeStride) + (((clock.OuterI + outerDoubleBufferHalf) & 1) * outerDoubleBufferStride);
}

/// <summary>A worker's share of an instruction: rows of the batch, and the part of the work that the instruction divides itself.</summary>
internal readonly record struct WorkShare(int Part, int Parts, int RowStart, int RowEnd)
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
