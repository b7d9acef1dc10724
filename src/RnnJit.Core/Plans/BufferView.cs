using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Layout of a value within a buffer: offset and strides in elements, and its movement from step to step inside loops over
/// time.</summary>
public sealed record BufferView(PlanBuffer Buffer, long Offset, int[] Shape, long[] Strides)
{
    public int ElementSize => Buffer.ElementSize;

    /// <summary>Elements from one time step to the next.</summary>
    public long TimeStride { get; init; }

    /// <summary>Number of time steps that the ring buffer holds, a power of two; 0: all steps, without a ring.</summary>
    public int Ring { get; init; }

    /// <summary>Elements between the two halves of a double buffer, which swap roles at each step of a loop; 0: no double buffer.</summary>
    public long DoubleBufferStride { get; init; }

    /// <summary>The half at the first step: 0 or 1.</summary>
    public int DoubleBufferHalf { get; init; }

    /// <summary>As <see cref="TimeStride"/>, of the loop around.</summary>
    public long OuterTimeStride { get; init; }

    /// <summary>As <see cref="DoubleBufferStride"/>, of the loop around.</summary>
    public long OuterDoubleBufferStride { get; init; }

    public int OuterDoubleBufferHalf { get; init; }

    /// <summary>Movements of the loops further out, the nearest first, up to the last one that moves it.</summary>
    public LoopMovement[] Further { get; init; } = [];

    /// <summary>The matrix that is packed there; null for elements in the order of the strides.</summary>
    public PackedPanels? Panels { get; init; }

    public WeightStorage Storage => Panels?.Storage ?? WeightStorage.Single;

    public int Rank => Shape.Length;

    public int Length => NdArray.Size(Shape);

    /// <summary>True where its place differs from step to step of the innermost loop.</summary>
    public bool MovesWithTime => TimeStride != 0 || DoubleBufferStride != 0;

    /// <summary>True where its place differs from step to step of a loop further out.</summary>
    public bool MovesWithOuterTime => OuterTimeStride != 0 || OuterDoubleBufferStride != 0 || Further.Length > 0;

    /// <summary>A parameter, or a part of one, that is the same at every step: its version tells whether it changed.</summary>
    public bool IsWeight => Buffer.IsParameter && !MovesWithTime && !MovesWithOuterTime;

    /// <summary>The same place as seen from inside a further loop.</summary>
    public BufferView Inside() => this with
    {
        TimeStride = 0,
        DoubleBufferStride = 0,
        DoubleBufferHalf = 0,
        OuterTimeStride = TimeStride,
        OuterDoubleBufferStride = DoubleBufferStride,
        OuterDoubleBufferHalf = DoubleBufferHalf,
        Further = MovesWithOuterTime ? [new LoopMovement(OuterTimeStride, OuterDoubleBufferStride, OuterDoubleBufferHalf), .. Further] : [],
    };

    /// <summary>The views that lie at one place for all steps of a loop, as seen from outside that loop.</summary>
    public BufferView Outside() => this with
    {
        TimeStride = OuterTimeStride,
        DoubleBufferStride = OuterDoubleBufferStride,
        DoubleBufferHalf = OuterDoubleBufferHalf,
        OuterTimeStride = Nearest.TimeStride,
        OuterDoubleBufferStride = Nearest.DoubleBufferStride,
        OuterDoubleBufferHalf = Nearest.DoubleBufferHalf,
        Further = Further.Length > 0 ? Further[1..] : [],
    };

    private LoopMovement Nearest => Further.Length > 0 ? Further[0] : default;

    public bool IsContiguous => Strides.SequenceEqual(Dense(Shape)) || Length <= 1;

    /// <summary>True where each element lies where that of the other view does, at every step.</summary>
    public bool IsSamePlace(BufferView other) => Buffer == other.Buffer && Offset == other.Offset && Strides.SequenceEqual(other.Strides)
        && TimeStride == other.TimeStride && DoubleBufferStride == other.DoubleBufferStride && DoubleBufferHalf == other.DoubleBufferHalf;

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

    public BufferView Slice(int axis, int start, int length)
    {
        if (start < 0 || length < 0 || (long)start + length > Shape[axis])
            throw new InvalidOperationException(
                $"A slice of {length} from {start} on leaves an axis of {Shape[axis]} (the plan is wrong; report the Program)");

        return this with
        {
            Offset = Offset + (start * Strides[axis]),
            Shape = Shape.Select((extent, i) => i == axis ? length : extent).ToArray(),
        };
    }

    public BufferView Transpose(IReadOnlyList<int> order) => this with
    {
        Shape = order.Select(axis => Shape[axis]).ToArray(),
        Strides = order.Select(axis => Strides[axis]).ToArray(),
    };

    /// <summary>Repeats: aligned from the right, extent 1 gets stride 0.</summary>
    public BufferView Broadcast(int[] shape)
    {
        int skip = shape.Length - Rank;
        if (skip < 0 || Shape.Where((extent, axis) => extent != 1 && extent != shape[axis + skip]).Any())
            throw new InvalidOperationException(
                $"[{string.Join(", ", Shape)}] does not repeat to [{string.Join(", ", shape)}] (the plan is wrong; report the Program)");

        return this with
        {
            Shape = shape,
            Strides = shape.Select((extent, i) => i < skip || (Shape[i - skip] == 1 && extent != 1) ? 0 : Strides[i - skip]).ToArray(),
        };
    }

    /// <summary>The elements that loops from the first one on reach.</summary>
    public BufferView Over(IEnumerable<(int Extent, long Stride)> loops)
    {
        var all = loops.ToArray();
        return this with { Shape = Array.ConvertAll(all, loop => loop.Extent), Strides = Array.ConvertAll(all, loop => loop.Stride) };
    }

    /// <summary>One time step of a sequence.</summary>
    public BufferView AtStep() => this with { Shape = Shape[1..], Strides = Strides[1..], TimeStride = Strides[0] };

    /// <summary>The same memory under another shape, null if strides do not allow it.</summary>
    public BufferView? Reshape(int[] shape)
    {
        if (NdArray.Size(shape) != Length)
            throw new InvalidOperationException(
                $"[{string.Join(", ", Shape)}] has {Length} elements, [{string.Join(", ", shape)}] has not (the plan is wrong; "
                    + "report the Program)");
        if (IsContiguous)
            return this with { Shape = shape, Strides = Dense(shape) };

        // The shortest runs of old and new axes that hold equally many elements: the old ones of a run must
        // join, the new ones cut the joined one.
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

/// <summary>Movement of a view from step to step of a loop.</summary>
/// <param name="TimeStride">As <see cref="BufferView.TimeStride"/>.</param>
/// <param name="DoubleBufferStride">As <see cref="BufferView.DoubleBufferStride"/>.</param>
/// <param name="DoubleBufferHalf">As <see cref="BufferView.DoubleBufferHalf"/>.</param>
public readonly record struct LoopMovement(long TimeStride, long DoubleBufferStride, int DoubleBufferHalf)
{
    /// <summary>Elements from where the view lies without the loop.</summary>
    /// <param name="t">The time step.</param>
    /// <param name="i">Steps that were done before.</param>
    public long At(int t, int i) => (t * TimeStride) + (((i + DoubleBufferHalf) & 1) * DoubleBufferStride);
}

/// <summary>A right operand [K, N] of matrix products in the panels of a target.</summary>
/// <param name="Elements">Elements of the buffer that it takes, padding included.</param>
public readonly record struct PackedPanels(int N, int K, long Elements, WeightStorage Storage);
