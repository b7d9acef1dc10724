using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>A dense row-major tensor in native memory, 64-byte aligned. Programs share tensors: the same weights serve training, validation and the optimiser.</summary>
public sealed unsafe class Tensor : IDisposable
{
    private readonly NativeBuffer? owner;
    private readonly void* data;

    public Tensor(ElementType element, params int[] shape)
    {
        Element = element;
        Shape = (int[])shape.Clone();
        Length = NdArray.Size(shape);
        owner = new NativeBuffer((long)Length * ElementSize);
        data = owner.Data;
    }

    internal Tensor(ElementType element, int[] shape, void* data)
    {
        Element = element;
        Shape = shape;
        Length = NdArray.Size(shape);
        this.data = data;
    }

    public ElementType Element { get; }

    public IReadOnlyList<int> Shape { get; }

    public int Length { get; }

    /// <summary>Counts changes, so that packed copies of weights are made again only when needed. Taking a span to write counts; whoever keeps a span calls <see cref="Touch"/>.</summary>
    public long Version { get; private set; }

    internal void* Data => data;

    internal int ElementSize => Element == ElementType.F64 ? 8 : 4;

    /// <exception cref="InvalidOperationException">The tensor is not f32.</exception>
    public Span<float> Single => Span<float>(ElementType.F32);

    /// <exception cref="InvalidOperationException">The tensor is not f64.</exception>
    public Span<double> Double => Span<double>(ElementType.F64);

    /// <exception cref="InvalidOperationException">The tensor is not i32.</exception>
    public Span<int> Int32 => Span<int>(ElementType.I32);

    public void Touch() => Version++;

    /// <summary>Copies values in, rounding to the element type, and counts the change.</summary>
    public void Set(ReadOnlySpan<double> values)
    {
        if (values.Length != Length)
            throw new ArgumentException($"The tensor [{string.Join(", ", Shape)}] wants {Length} numbers, found {values.Length} (give one for each element)");
        for (int i = 0; i < values.Length; i++)
        {
            if (Element == ElementType.F32)
                ((float*)data)[i] = (float)values[i];
            else if (Element == ElementType.F64)
                ((double*)data)[i] = values[i];
            else
                ((int*)data)[i] = (int)values[i];
        }

        Touch();
    }

    /// <summary>The values as doubles.</summary>
    public NdArray ToNdArray()
    {
        var result = new double[Length];
        for (int i = 0; i < Length; i++)
            result[i] = Element == ElementType.F32 ? ((float*)data)[i] : Element == ElementType.F64 ? ((double*)data)[i] : ((int*)data)[i];

        return new NdArray([.. Shape], result);
    }

    /// <summary>Makes all elements zero.</summary>
    public void Clear()
    {
        NativeMemory.Clear(data, (nuint)((long)Length * ElementSize));
        Touch();
    }

    public void CopyFrom(Tensor other)
    {
        if (other.Element != Element || other.Length != Length)
            throw new ArgumentException($"A tensor of {Length} {Element} cannot take {other.Length} {other.Element} (use the same shape)");
        Buffer.MemoryCopy(other.data, data, (long)Length * ElementSize, (long)Length * ElementSize);
        Touch();
    }

    public void Dispose() => owner?.Dispose();

    private Span<T> Span<T>(ElementType wanted)
        where T : unmanaged
    {
        if (Element != wanted)
            throw new InvalidOperationException($"The tensor is {Element}, not {wanted} (use the property of its element type)");
        Touch();
        return new Span<T>(data, Length);
    }
}
