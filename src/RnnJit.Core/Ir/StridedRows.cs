namespace RnnJit.Ir;

/// <summary>A walk over the rows of a shape, its last axis, in row-major order; for each array that takes part, the offset of
/// the first element of the row.</summary>
internal sealed class StridedRows
{
    private readonly int[] extents;
    private readonly int[][] strides;
    private readonly int[] index;
    private int left;

    /// <param name="shape">Read only.</param>
    /// <param name="strides">For each array the distance of neighbours along each axis of the shape.</param>
    public StridedRows(int[] shape, params int[][] strides)
    {
        this.strides = strides;
        extents = shape;
        index = new int[shape.Length];
        Length = shape.Length == 0 ? 1 : shape[shape.Length - 1];
        left = Length == 0 ? 0 : NdArray.Size(shape) / Length;
        Offsets = new int[strides.Length];
        Steps = new int[strides.Length];
        for (int i = 0; i < strides.Length; i++)
            Steps[i] = shape.Length == 0 ? 0 : strides[i][shape.Length - 1];
        First = -Length;
    }

    /// <summary>The elements of a row.</summary>
    public int Length { get; }

    /// <summary>Row-major index of the row's first element in the shape.</summary>
    public int First { get; private set; }

    /// <summary>Offset of the row's first element in each array.</summary>
    public int[] Offsets { get; }

    /// <summary>Stride between neighbours in the row, for each array.</summary>
    public int[] Steps { get; }

    /// <summary>Advances to the next row, with the first call to the first row; false past the last row.</summary>
    public bool Next()
    {
        if (left-- <= 0)
            return false;
        First += Length;
        if (First == 0)
            return true;
        for (int axis = extents.Length - 2; axis >= 0; axis--)
        {
            bool isWithin = ++index[axis] < extents[axis];
            int move = isWithin ? 1 : 1 - extents[axis];
            for (int i = 0; i < Offsets.Length; i++)
                Offsets[i] += move * strides[i][axis];
            if (isWithin)
                return true;
            index[axis] = 0;
        }

        return true;
    }
}
