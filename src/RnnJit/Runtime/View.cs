using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>A block of the arena, or memory of a tensor of the caller's.</summary>
internal sealed unsafe class Block(long bytes)
{
    private byte* data;

    public long Bytes { get; } = bytes;

    /// <summary>First and last instruction that uses the block; int.MaxValue keeps it to the end.</summary>
    public int First { get; set; } = int.MaxValue;

    public int Last { get; set; } = -1;

    public long Offset { get; set; }

    public Tensor? External { get; init; }

    /// <summary>What a tensor of the caller's is called.</summary>
    public string Name { get; init; } = "";

    /// <summary>A parameter, whose <see cref="Tensor.Version"/> tells when it changed.</summary>
    public bool IsParameter { get; init; }

    /// <summary>Its place is counted from where the memory of a caller begins, see <see cref="Clock.Base"/>.</summary>
    public bool IsRelative { get; private set; }

    /// <summary>Bytes that views may lie in.</summary>
    public long Room => External is null ? Bytes : (long)External.Length * External.ElementSize;

    public byte* Data => External is null ? data : (byte*)External.Data;

    public void Place(byte* arena) => data = arena + Offset;

    /// <summary>Leaves the beginning of memory to the caller.</summary>
    public void PlaceRelative()
    {
        IsRelative = true;
        data = (byte*)Offset;
    }

    public void UseAt(int instruction)
    {
        First = Math.Min(First, instruction);
        Last = Math.Max(Last, instruction);
    }
}

/// <summary>How a value lies in memory: strides in elements for each axis, and where it moves from time step to time step inside a loop.</summary>
internal sealed record View(Block Block, int ElementSize, long Offset, int[] Shape, long[] Strides)
{
    /// <summary>Elements from one time step to the next.</summary>
    public long TimeStride { get; init; }

    /// <summary>How many time steps there is room for, a power of two, where a later step takes the place of an earlier one; 0: for all.</summary>
    public int Ring { get; init; }

    /// <summary>Elements between the two places of a state that is read from one and written to the other in turn.</summary>
    public long ParityStride { get; init; }

    /// <summary>0 reads the first place at the first step, 1 the second.</summary>
    public int Parity { get; init; }

    /// <summary>As <see cref="TimeStride"/>, of the loop around.</summary>
    public long OuterTimeStride { get; init; }

    /// <summary>As <see cref="ParityStride"/>, of the loop around.</summary>
    public long OuterParityStride { get; init; }

    public int OuterParity { get; init; }

    /// <summary>How packed weights are stored there.</summary>
    public WeightStorage Storage { get; init; }

    public int Rank => Shape.Length;

    public int Length => NdArray.Size(Shape);

    /// <summary>Whether it lies elsewhere at every step of the innermost loop.</summary>
    public bool MovesWithTime => TimeStride != 0 || ParityStride != 0;

    /// <summary>Whether it lies elsewhere at every step of the loop around.</summary>
    public bool MovesWithOuterTime => OuterTimeStride != 0 || OuterParityStride != 0;

    /// <summary>A parameter, or a part of one, that is the same at every step: its version tells whether it changed.</summary>
    public bool IsWeight => Block.IsParameter && !MovesWithTime && !MovesWithOuterTime;

    /// <summary>The same place as seen from inside a further loop.</summary>
    public View Inside() => this with
    {
        TimeStride = 0, ParityStride = 0, Parity = 0, OuterTimeStride = TimeStride, OuterParityStride = ParityStride, OuterParity = Parity,
    };

    /// <summary>The views that lie at one place for all steps of a loop, as seen from outside that loop.</summary>
    public View Outside() => this with
    {
        TimeStride = OuterTimeStride, ParityStride = OuterParityStride, Parity = OuterParity, OuterTimeStride = 0, OuterParityStride = 0, OuterParity = 0,
    };

    public bool IsContiguous => Strides.SequenceEqual(Dense(Shape)) || Length <= 1;

    public static long[] Dense(int[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }

    public View Slice(int axis, int start, int length)
    {
        if (start < 0 || length < 0 || (long)start + length > Shape[axis])
            throw new InvalidOperationException($"A slice of {length} from {start} on leaves an axis of {Shape[axis]} (the plan is wrong; report the Program)");

        return this with
        {
            Offset = Offset + (start * Strides[axis]),
            Shape = Shape.Select((extent, i) => i == axis ? length : extent).ToArray(),
        };
    }

    public View Transpose(IReadOnlyList<int> order) => this with
    {
        Shape = order.Select(axis => Shape[axis]).ToArray(),
        Strides = order.Select(axis => Strides[axis]).ToArray(),
    };

    /// <summary>Repeats: aligned from the right, extent 1 gets stride 0.</summary>
    public View Broadcast(int[] shape)
    {
        int skip = shape.Length - Rank;
        if (skip < 0 || Shape.Where((extent, axis) => extent != 1 && extent != shape[axis + skip]).Any())
            throw new InvalidOperationException($"[{string.Join(", ", Shape)}] does not repeat to [{string.Join(", ", shape)}] (the plan is wrong; report the Program)");

        return this with
        {
            Shape = shape,
            Strides = shape.Select((extent, i) => i < skip || (Shape[i - skip] == 1 && extent != 1) ? 0 : Strides[i - skip]).ToArray(),
        };
    }

    /// <summary>The elements that loops from the first one on reach.</summary>
    public View Over(IEnumerable<(int Extent, long Stride)> loops)
    {
        var all = loops.ToArray();
        return this with { Shape = all.Select(loop => loop.Extent).ToArray(), Strides = all.Select(loop => loop.Stride).ToArray() };
    }

    /// <summary>One time step of a sequence.</summary>
    public View Step() => this with { Shape = Shape[1..], Strides = Strides[1..], TimeStride = Strides[0] };

    /// <summary>The same memory under another shape, null if strides do not allow it.</summary>
    public View? Reshape(int[] shape)
    {
        if (NdArray.Size(shape) != Length)
            throw new InvalidOperationException($"[{string.Join(", ", Shape)}] has {Length} elements, [{string.Join(", ", shape)}] has not (the plan is wrong; report the Program)");
        if (IsContiguous)
            return this with { Shape = shape, Strides = Dense(shape) };

        // The shortest runs of old and new axes that hold equally many elements: the old ones of a run must join, the new ones cut the joined one.
        var strides = new long[shape.Length];
        int from = 0, to = 0;
        while (from < Rank || to < shape.Length)
        {
            int firstFrom = from, firstTo = to;
            long old = from < Rank ? Shape[from++] : 1, wanted = to < shape.Length ? shape[to++] : 1;
            while (old != wanted)
            {
                if (old < wanted)
                    old *= Shape[from++];
                else
                    wanted *= shape[to++];
            }

            if (Joined(firstFrom, from) is not { } stride)
                return null;
            for (int axis = to - 1; axis >= firstTo; axis--)
            {
                strides[axis] = stride;
                stride *= shape[axis];
            }
        }

        return this with { Shape = shape, Strides = strides };
    }

    // The stride of neighbouring axes as one, null if they do not join.
    private long? Joined(int start, int end)
    {
        long stride = 1;
        int extent = 1;
        for (int axis = end - 1; axis >= start; axis--)
        {
            if (Join(Shape[axis], Strides[axis], extent, stride) is not { } joined)
                return null;
            (stride, extent) = (joined, extent * Shape[axis]);
        }

        return stride;
    }

    /// <summary>Two neighbouring axes as one, null if they do not join.</summary>
    public static long? Join(int outerExtent, long outer, int innerExtent, long inner)
    {
        if (outerExtent == 1)
            return inner;
        if (innerExtent == 1)
            return outer;

        return outer == inner * innerExtent ? inner : null;
    }
}
