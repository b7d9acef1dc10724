using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit;

// Functions along any axis. Axes are counted from 0, from the end with −1.
public static partial class Rnn
{
    /// <summary>Σ over the axes, which stay with extent 1; −1 is the last axis.</summary>
    /// <exception cref="GraphException">RNNJ115: no axis is given, or one that the tensor does not have.</exception>
    public static Value Sum(Value x, params int[] axes) => x.Builder.Add(new SumOp(Axes(nameof(Sum), x, axes)), x);

    /// <summary>The mean over the axes, which stay with extent 1; −1 is the last axis.</summary>
    /// <exception cref="GraphException">RNNJ115: no axis is given, or one that the tensor does not have.</exception>
    public static Value Mean(Value x, params int[] axes)
    {
        int[] reduced = Axes(nameof(Mean), x, axes);
        return reduced.Aggregate(x.Builder.Add(new SumOp(reduced), x), (sum, axis) => sum / Extent(x, axis));
    }

    /// <summary>
    /// The maximum over the axes, which stay with extent 1; −1 is the last axis. Elements that are the maximum share its gradient.
    /// </summary>
    /// <exception cref="GraphException">RNNJ115: no axis is given, or one that the tensor does not have.</exception>
    public static Value Maximum(Value x, params int[] axes) => x.Builder.Add(new MaxReduceOp(Axes(nameof(Maximum), x, axes)), x);

    /// <summary>
    /// The place of the maximum along the axis, which goes: […, N, …] ⇒ i32[…]; −1, the last axis, is the usual one. Of several places it
    /// is the first; NaN counts as more than any number. It has no gradient.
    /// </summary>
    /// <exception cref="GraphException">RNNJ115: the tensor does not have the axis.</exception>
    public static Indices ArgMax(Value x, int axis = -1)
    {
        int along = Axis(nameof(ArgMax), "RNNJ115", x, axis), rank = x.Type.Rank;
        Value last = along == rank - 1 ? x : Transpose(x, [.. Enumerable.Range(0, rank).Where(other => other != along), along]);
        return new Indices(x.Builder.Add(ArgMaxOp.Instance, last));
    }

    /// <summary>
    /// ln Σ eˣ over the axis, which stays with extent 1; −1 is the last axis. The maximum is taken out first and has no gradient of its
    /// own.
    /// </summary>
    /// <exception cref="GraphException">RNNJ115: the tensor does not have the axis.</exception>
    public static Value LogSumExp(Value x, int axis)
    {
        Value most = Detach(Maximum(x, Axis(nameof(LogSumExp), "RNNJ115", x, axis)));
        return most + Log(Sum(Exp(x - most), axis));
    }

    /// <summary>eˣ / Σ eˣ over the axis; −1 is the last axis.</summary>
    /// <exception cref="GraphException">RNNJ115: the tensor does not have the axis.</exception>
    public static Value Softmax(Value x, int axis)
    {
        Value e = Exp(x - Detach(Maximum(x, Axis(nameof(Softmax), "RNNJ115", x, axis))));
        return e / Sum(e, axis);
    }

    /// <summary>
    /// The elements of an axis from start on, as many as the length says: […, N, …] ⇒ […, length, …]; −1 is the last axis. All other
    /// elements have gradient 0.
    /// </summary>
    /// <exception cref="GraphException"> RNNJ118: the tensor does not have the axis, or the axis ends before start + length for some size
    /// of its symbols.
    /// </exception>
    public static Value Slice(Value x, int axis, Dim start, Dim length)
    {
        int along = Axis(nameof(Slice), "RNNJ118", x, axis);
        Dim extent = x.Type.Dims[along], rest = extent - start - length;
        if (!(start.Least >= 0) || !(length.Least >= 1) || !(rest.Least >= 0))
            throw new GraphException("RNNJ118", $"Slice takes {length} elements from {start} on along axis {along} of {x.Type}, wanted at "
                + $"least one and none beyond {extent}, whatever its symbols are (name the axis so that start + length fits, such as "
                + "T + 2)");
        return x.Builder.Add(new SliceOp(along, start, length), x);
    }

    /// <summary>
    /// The same elements in row-major order as another shape: neighbouring axes are joined or split, axes of extent 1 come and go.
    /// </summary>
    /// <exception cref="GraphException">RNNJ116: the number of elements is another one.</exception>
    public static Value Reshape(Value x, params Dim[] dims) => x.Builder.Add(new ReshapeOp(dims), x);

    /// <summary>The axes in another order: axis i of the result is axis <c>order[i]</c> of x; −1 is the last axis.</summary>
    /// <exception cref="GraphException">RNNJ117: the order does not name every axis once.</exception>
    public static Value Transpose(Value x, params int[] order)
    {
        int[] axes = [.. order.Select(axis => Axis(nameof(Transpose), "RNNJ117", x, axis))];
        return x.Builder.Add(new TransposeOp(axes), x);
    }

    /// <summary>Concatenation of the parts along the axis; −1 is the last axis. All other extents must agree.</summary>
    /// <exception cref="GraphException">RNNJ119: there is no part, the first one does not have the axis, or extents differ.</exception>
    public static Value Concat(int axis, params Value[] parts) => parts.Length > 0
        ? parts[0].Builder.Add(new ConcatOp(Axis(nameof(Concat), "RNNJ119", parts[0], axis)), parts)
        : throw new GraphException("RNNJ119", "Concat is given no parts (give at least one)");

    /// <summary>The axis cut into equal parts: f32[4T, B, H] along axis 0 ⇒ 4 × f32[T, B, H]; −1 is the last axis.</summary>
    /// <exception cref="GraphException">RNNJ118: the tensor does not have the axis, or the axis has no such parts.</exception>
    public static Value[] Split(Value x, int parts, int axis)
    {
        int along = Axis(nameof(Split), "RNNJ118", x, axis);
        return SplitAlong(x, parts, along, $"axis {along}");
    }

    /// <summary>
    /// Sliding windows (im2col): the width neighbours of each element of an axis, concatenated along the last axis: […, N, …, C] ⇒ […, N',
    /// …, width · C]. A convolution is the product of the windows and one matrix. Part j of the last axis is the element at offset j −
    /// before, where <see cref="ConvolutionPadding.Same"/> has before = ⌊(width − 1) / 2⌋, <see cref="ConvolutionPadding.Causal"/> width −
    /// 1 and <see cref="ConvolutionPadding.Valid"/> 0. N' is N, without padding N − width + 1; padding is 0.
    /// </summary>
    /// <exception cref="GraphException"> RNNJ126: the width is not positive, the axis is the last one or not there, or without padding it
    /// may be shorter than a window.
    /// </exception>
    public static Value Windows(Value x, int axis, int width, ConvolutionPadding padding = ConvolutionPadding.Same)
    {
        if (width < 1)
            throw new GraphException("RNNJ126", $"The width of Windows is {width}, wanted a positive number (3 is usual)");
        int along = Axis(nameof(Windows), "RNNJ126", x, axis), last = x.Type.Rank - 1;
        if (along == last)
            throw new GraphException("RNNJ126", $"Windows runs along axis {along} of {x.Type}, the last one, where the elements of a "
                + "window stand side by side (choose another axis, or add one of extent 1 with Reshape)");
        if (padding is not (ConvolutionPadding.Same or ConvolutionPadding.Causal or ConvolutionPadding.Valid))
            throw new GraphException("RNNJ126", $"The padding of Windows is {(int)padding}, which is none (write ConvolutionPadding.Same, "
                + "ConvolutionPadding.Causal or ConvolutionPadding.Valid)");

        Dim extent = x.Type.Dims[along], windows = padding == ConvolutionPadding.Valid ? extent - (width - 1) : extent;
        if (!(windows.Least >= 1))
        {
            string cure = extent.IsConstant ? "use a narrower window" : $"name it {extent} + {width - 1}";
            throw new GraphException("RNNJ126", $"Windows of {width} without padding along axis {along} of {x.Type} have no place where "
                + $"the axis is shorter ({cure}, or ConvolutionPadding.Same)");
        }

        int before = padding == ConvolutionPadding.Valid ? 0 : padding == ConvolutionPadding.Causal ? width - 1 : (width - 1) / 2;
        Value padded = padding == ConvolutionPadding.Valid ? x : Padded(x, along, before, width - 1 - before);
        Value[] parts = [.. Enumerable.Range(0, width).Select(j => x.Builder.Add(new SliceOp(along, j, windows), padded))];
        return width == 1 ? x : x.Builder.Add(new ConcatOp(last), parts);
    }

    private static Value Padded(Value x, int axis, int before, int after)
    {
        Value Zeros(int count) => x.Builder.Add(new ConstantOp(0, x.Type.WithDim(axis, count)));
        var parts = new List<Value>(3);
        if (before > 0)
            parts.Add(Zeros(before));
        parts.Add(x);
        if (after > 0)
            parts.Add(Zeros(after));
        return parts.Count == 1 ? x : x.Builder.Add(new ConcatOp(axis), [.. parts]);
    }

    private static Value[] SplitAlong(Value x, int parts, int axis, string called)
    {
        TensorType type = x.Type;
        Dim whole = type.Dims[axis], part = x.Builder.Dims.Unknown();
        if (parts < 1 || !x.Builder.Dims.Unify(whole, parts * part))
            throw new GraphException("RNNJ118", $"Split needs {called} of {parts} equal parts, found {type} "
                + $"(make it {parts} times a dimension)");
        part = x.Builder.Dims.Resolve(part);
        return Enumerable.Range(0, parts).Select(i => x.Builder.Add(new SliceOp(axis, i * part, part), x)).ToArray();
    }

    private static int[] Axes(string function, Value x, int[] axes) => axes.Length > 0
        ? [.. axes.Select(axis => Axis(function, "RNNJ115", x, axis))]
        : throw new GraphException("RNNJ115", $"{function} is given no axis of {x.Type} (name one, such as 0 or -1 for the last)");

    private static int Axis(string function, string id, Value x, int axis)
    {
        int rank = x.Type.Rank;
        if (axis >= -rank && axis < rank)
            return axis < 0 ? axis + rank : axis;
        string wanted = rank == 0 ? "a tensor with axes" : $"an axis from {-rank} to {rank - 1}";
        throw new GraphException(id, $"{function} is given axis {axis} of {x.Type}, wanted {wanted} (axes are counted from 0, from the "
            + "end with -1)");
    }
}

/// <summary>Zeros around an axis where windows reach beyond its ends.</summary>
public enum ConvolutionPadding
{
    /// <summary>On both sides: as many windows as elements, each around its element.</summary>
    Same,

    /// <summary>Before the first element: as many windows as elements, each ending with its element.</summary>
    Causal,

    /// <summary>None: only windows that lie within the axis.</summary>
    Valid,
}
