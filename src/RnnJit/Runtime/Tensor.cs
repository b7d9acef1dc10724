using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>A dense row-major tensor in native memory, 64-byte aligned. Programs share tensors: the same weights serve training, validation and the optimiser.</summary>
/// <remarks>
/// A tensor of a model, session, trainer or stream is freed with it. Every member that reads or writes elements then throws <see cref="ObjectDisposedException"/>;
/// a span that was taken before is not checked and must not be used.
/// </remarks>
public sealed unsafe class Tensor : IDisposable
{
    private readonly bool isOwner;
    private readonly void* data;

    public Tensor(ElementType element, params int[] shape)
    {
        Element = element;
        Shape = (int[])shape.Clone();
        Length = NdArray.Size(shape);
        Memory = new NativeBuffer((long)Length * ElementSize);
        isOwner = true;
        data = Memory.Data;
    }

    /// <summary>A part of memory that belongs to somebody else; it keeps that memory alive, and <see cref="Dispose"/> leaves it alone.</summary>
    internal Tensor(ElementType element, int[] shape, NativeBuffer memory, void* data)
    {
        Memory = memory;
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

    /// <summary>The memory that the elements lie in.</summary>
    internal NativeBuffer Memory { get; }

    /// <summary>The first element. Raw: whoever uses it keeps the tensor alive.</summary>
    /// <exception cref="ObjectDisposedException">The memory was freed.</exception>
    internal void* Data
    {
        get
        {
            _ = Memory.Data;
            return data;
        }
    }

    internal int ElementSize => Element == ElementType.F64 ? 8 : 4;

    /// <exception cref="InvalidOperationException">The tensor is not f32.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public Span<float> Single => Span<float>(ElementType.F32);

    /// <exception cref="InvalidOperationException">The tensor is not f64.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public Span<double> Double => Span<double>(ElementType.F64);

    /// <exception cref="InvalidOperationException">The tensor is not i32.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public Span<int> Int32 => Span<int>(ElementType.I32);

    public void Touch() => Version++;

    /// <summary>Copies values in, rounding to the element type, and counts the change.</summary>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public void Set(ReadOnlySpan<double> values)
    {
        if (values.Length != Length)
            throw new ArgumentException($"The tensor [{string.Join(", ", Shape)}] wants {Length} numbers, found {values.Length} (give one for each element)");
        void* to = Data;
        for (int i = 0; i < values.Length; i++)
        {
            if (Element == ElementType.F32)
                ((float*)to)[i] = (float)values[i];
            else if (Element == ElementType.F64)
                ((double*)to)[i] = values[i];
            else
                ((int*)to)[i] = (int)values[i];
        }

        Touch();
        GC.KeepAlive(this);
    }

    /// <summary>The values as doubles.</summary>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public NdArray ToNdArray()
    {
        void* from = Data;
        var result = new double[Length];
        for (int i = 0; i < Length; i++)
            result[i] = Element == ElementType.F32 ? ((float*)from)[i] : Element == ElementType.F64 ? ((double*)from)[i] : ((int*)from)[i];

        GC.KeepAlive(this);
        return new NdArray([.. Shape], result);
    }

    /// <summary>Makes all elements zero.</summary>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public void Clear()
    {
        NativeMemory.Clear(Data, (nuint)((long)Length * ElementSize));
        Touch();
        GC.KeepAlive(this);
    }

    /// <exception cref="ArgumentException">The other tensor has another element type or length.</exception>
    /// <exception cref="ObjectDisposedException">The memory of one of them was freed.</exception>
    public void CopyFrom(Tensor other)
    {
        if (other.Element != Element || other.Length != Length)
            throw new ArgumentException($"A tensor of {Length} {Element} cannot take {other.Length} {other.Element} (use the same shape)");
        Buffer.MemoryCopy(other.Data, Data, (long)Length * ElementSize, (long)Length * ElementSize);
        Touch();
        GC.KeepAlive(this);
        GC.KeepAlive(other);
    }

    /// <summary>Frees the memory, unless it belongs to a model, session, trainer or stream. Programs that were given the tensor refuse to run afterwards.</summary>
    public void Dispose()
    {
        if (isOwner)
            Memory.Dispose();
    }

    private Span<T> Span<T>(ElementType wanted)
        where T : unmanaged
    {
        if (Element != wanted)
            throw new InvalidOperationException($"The tensor is {Element}, not {wanted} (use the property of its element type)");
        Touch();
        return new Span<T>(Data, Length);
    }
}
