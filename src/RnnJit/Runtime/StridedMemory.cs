using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>Loops over strided memory.</summary>
internal static unsafe class StridedMemory
{
    public static void Copy(byte* from, long[] fromStrides, byte* to, long[] toStrides, int[] shape, int size, int axis)
    {
        if (axis == shape.Length)
        {
            Buffer.MemoryCopy(from, to, size, size);
            return;
        }

        if (axis == shape.Length - 1 && fromStrides[axis] == 1 && toStrides[axis] == 1)
        {
            Buffer.MemoryCopy(from, to, (long)shape[axis] * size, (long)shape[axis] * size);
            return;
        }

        for (int i = 0; i < shape[axis]; i++)
            Copy(from + (i * fromStrides[axis] * size), fromStrides, to + (i * toStrides[axis] * size), toStrides, shape, size, axis + 1);
    }

    public static void Clear(byte* to, long[] strides, int[] shape, int size, int axis)
    {
        if (axis == shape.Length)
        {
            new Span<byte>(to, size).Clear();
            return;
        }

        if (axis == shape.Length - 1 && strides[axis] == 1)
        {
            new Span<byte>(to, checked(shape[axis] * size)).Clear();
            return;
        }

        for (int i = 0; i < shape[axis]; i++)
            Clear(to + (i * strides[axis] * size), strides, shape, size, axis + 1);
    }

    public static double Read(byte* p, ElementType element) => element switch
    {
        ElementType.F32 => *(float*)p,
        ElementType.F64 => *(double*)p,
        _ => *(int*)p,
    };

    public static void Write(byte* p, ElementType element, double value)
    {
        if (element == ElementType.F32)
            *(float*)p = (float)value;
        else if (element == ElementType.F64)
            *(double*)p = value;
        else
            *(int*)p = (int)value;
    }
}
