namespace RnnJit.Ir;

/// <summary>A dense row-major array of doubles: the value type of the oracle.</summary>
public sealed class NdArray
{
    public NdArray(int[] shape, double[] data)
    {
        if (Size(shape) != data.Length)
            throw new ArgumentException($"The shape [{string.Join(", ", shape)}] wants {Size(shape)} numbers, found {data.Length}");
        Shape = shape;
        Data = data;
    }

    public NdArray(params int[] shape)
        : this(shape, new double[Size(shape)])
    {
    }

    public int[] Shape { get; }

    public double[] Data { get; }

    public int Rank => Shape.Length;

    public int Length => Data.Length;

#if NET
    /// <summary>An array with these numbers, copied.</summary>
    /// <exception cref="ArgumentException">The shape wants another number of them.</exception>
    public static NdArray From(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var data = new double[values.Length];
        for (int i = 0; i < data.Length; i++)
            data[i] = values[i];
        return new NdArray(shape.ToArray(), data);
    }

    /// <inheritdoc cref="From(ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public static NdArray From(ReadOnlySpan<double> values, params ReadOnlySpan<int> shape) => new(shape.ToArray(), values.ToArray());

    /// <summary>Copies the numbers, rounded, to a span of at least <see cref="Length"/>.</summary>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    public void CopyTo(Span<float> values)
    {
        if (values.Length < Length)
            throw new ArgumentException(
                $"An array [{string.Join(", ", Shape)}] has {Length} numbers, found room for {values.Length} (give a longer span)");
        for (int i = 0; i < Length; i++)
            values[i] = (float)Data[i];
    }
#endif

    public static NdArray Scalar(double value) => new([], [value]);

    /// <summary>The number of elements.</summary>
    /// <exception cref="GraphException">RNNJ161: there are more than an int counts. RNNJ201: an extent is negative.</exception>
    public static int Size(int[] shape)
    {
        long size = 1;
        foreach (int extent in shape)
        {
            if (extent < 0)
                throw new GraphException("RNNJ201", $"A tensor of [{string.Join(", ", shape)}] has a negative extent (give 0 or more)");
            size *= extent;
            if (size > int.MaxValue)
                throw new GraphException("RNNJ161",
                    $"A tensor of [{string.Join(", ", shape)}] has more than {int.MaxValue} elements (make it smaller)");
        }

        return (int)size;
    }

    public NdArray Reshape(params int[] shape) => new(shape, Data);

    /// <summary>The part at <paramref name="index"/> of the first axis, copied.</summary>
    public NdArray At(int index)
    {
        var shape = new int[Rank - 1];
        Array.Copy(Shape, 1, shape, 0, shape.Length);
        int size = Size(shape);
        var data = new double[size];
        Array.Copy(Data, (long)index * size, data, 0, size);
        return new NdArray(shape, data);
    }

    public void Set(int index, NdArray part) => Array.Copy(part.Data, 0, Data, (long)index * part.Length, part.Length);

    /// <summary>Rows of the first axis, in the order given.</summary>
    public NdArray Rows(IReadOnlyList<int> rows)
    {
        var shape = (int[])Shape.Clone();
        shape[0] = rows.Count;
        var result = new NdArray(shape);
        int size = rows.Count == 0 ? 0 : result.Length / rows.Count;
        for (int i = 0; i < rows.Count; i++)
            Array.Copy(Data, (long)rows[i] * size, result.Data, (long)i * size, size);

        return result;
    }

    /// <summary>Calls <paramref name="visit"/> with every multi-index of a shape in row-major order.</summary>
    public static void ForEach(int[] shape, Action<int[], int> visit)
    {
        int size = Size(shape);
        var index = new int[shape.Length];
        for (int flat = 0; flat < size; flat++)
        {
            visit(index, flat);
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
                index[axis] = 0;
        }
    }

    /// <summary>The distance of neighbours along each axis of a wider shape, aligned from the right: 0 where extent 1 repeats.</summary>
    public int[] BroadcastStrides(int rank)
    {
        var strides = new int[rank];
        for (int axis = Shape.Length - 1, stride = 1; axis >= 0; stride *= Shape[axis--])
            strides[axis + rank - Shape.Length] = Shape[axis] == 1 ? 0 : stride;

        return strides;
    }

    /// <summary>The flat offset of a multi-index of a wider shape, as broadcasting aligns it: from the right, extent 1 repeats.</summary>
    public int BroadcastOffset(int[] index)
    {
        int offset = 0, skip = index.Length - Shape.Length;
        for (int axis = 0; axis < Shape.Length; axis++)
            offset = (offset * Shape[axis]) + (Shape[axis] == 1 ? 0 : index[axis + skip]);

        return offset;
    }

    /// <summary>The shape that two arrays have together, aligned from the right.</summary>
    public static int[] BroadcastShape(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            int x = i <= a.Length ? a[a.Length - i] : 1, y = i <= b.Length ? b[b.Length - i] : 1;
            shape[shape.Length - i] = x == 1 ? y : x;
        }

        return shape;
    }
}
