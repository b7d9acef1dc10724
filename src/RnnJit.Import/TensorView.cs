using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>The arguments of <c>torch._utils._rebuild_tensor_v2</c> as a description: nothing is rebuilt before it is known
/// to lie inside its storage.</summary>
internal static class TensorView
{
    private const int MostAxes = 32;

    /// <param name="arguments">Storage, offset, size, stride, requires_grad, backward hooks, and metadata in newer versions.</param>
    public static PickleTensor Of(object?[] arguments, PickleInput input)
    {
        if (arguments is not [PickleStorage storage, Int128 offset, PickleTuple size, PickleTuple stride, _, ..]
            || arguments.Length is < 6 or > 7)
            throw input.Wrong("a tensor without storage, offset, size and stride");
        long[] shape = Numbers(size, input), strides = Numbers(stride, input);
        if (shape.Length != strides.Length || shape.Length > MostAxes)
            throw input.Wrong($"a tensor of {shape.Length} axes and {strides.Length} strides, wanted equally many, at most {MostAxes}");
        if (offset < 0 || offset > storage.Count)
            throw input.Wrong($"a tensor that begins at element {offset} of {storage.Count}");
        Int128 count = 1, last = offset;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            count *= shape[axis];
            last += (Int128)(shape[axis] - 1) * strides[axis];

            // Views that repeat elements would make much of little.
            if (count > storage.Count || last > storage.Count)
                break;
        }

        if (shape.Contains(0))
            return Empty(shape)
                ? new PickleTensor(storage, 0, shape, strides)
                : throw input.Wrong($"a tensor [{string.Join(", ", shape)}], whose extents are no numbers of elements");
        return count <= storage.Count && last < storage.Count
            ? new PickleTensor(storage, (long)offset, shape, strides)
            : throw input.Wrong(
                $"a tensor [{string.Join(", ", shape)}] with strides [{string.Join(", ", strides)}] from element {offset} of a storage of "
                    + $"{storage.Count}");
    }

    /// <summary>The elements, row-major.</summary>
    /// <param name="storage">The bytes of the storage.</param>
    public static SafetensorsTensor Elements(PickleTensor tensor, byte[] storage)
    {
        int size = tensor.Storage.Dtype == SafetensorsDtype.Bool ? 1 : ElementSize(tensor.Storage.Dtype), rank = tensor.Shape.Length;
        if (tensor.Offset == 0 && IsDense(tensor) && tensor.Count * size == storage.Length)
            return new SafetensorsTensor(tensor.Storage.Dtype, tensor.Shape, storage);
        var bytes = new byte[tensor.Count * size];
        if (IsDense(tensor))
        {
            storage.AsSpan((int)(tensor.Offset * size), bytes.Length).CopyTo(bytes);
            return new SafetensorsTensor(tensor.Storage.Dtype, tensor.Shape, bytes);
        }

        var index = new long[rank];
        long from = tensor.Offset;
        for (int to = 0; to < bytes.Length; to += size)
        {
            storage.AsSpan((int)(from * size), size).CopyTo(bytes.AsSpan(to));
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                from += tensor.Strides[axis];
                if (++index[axis] < tensor.Shape[axis])
                    break;
                from -= tensor.Shape[axis] * tensor.Strides[axis];
                index[axis] = 0;
            }
        }

        return new SafetensorsTensor(tensor.Storage.Dtype, tensor.Shape, bytes);
    }

    /// <summary>Bytes of an element.</summary>
    public static int ElementSize(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F64 or SafetensorsDtype.I64 => 8,
        SafetensorsDtype.F32 or SafetensorsDtype.I32 => 4,
        SafetensorsDtype.F16 or SafetensorsDtype.BF16 or SafetensorsDtype.I16 => 2,
        _ => 1,
    };

    private static bool Empty(long[] shape)
    {
        Int128 product = 1;
        return shape.All(extent => extent == 0 || (product *= extent) <= int.MaxValue);
    }

    // Row-major without gaps; the stride of an axis of one element is any.
    private static bool IsDense(PickleTensor tensor)
    {
        long wanted = 1;
        for (int axis = tensor.Shape.Length - 1; axis >= 0; axis--)
        {
            if (tensor.Shape[axis] != 1 && tensor.Strides[axis] != wanted)
                return false;
            wanted *= tensor.Shape[axis];
        }

        return true;
    }

    private static long[] Numbers(PickleTuple tuple, PickleInput input)
    {
        var numbers = new long[tuple.Items.Length];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = tuple.Items[i] is Int128 number && number >= 0 && number <= long.MaxValue
                ? (long)number
                : throw input.Wrong("an extent or stride that is no number from 0 to 2^63 − 1");
        return numbers;
    }
}
