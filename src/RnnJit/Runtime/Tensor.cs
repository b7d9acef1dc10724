using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>
/// A dense row-major tensor in native memory, 64-byte aligned. Programs share tensors: the same weights serve training, validation and
/// the optimiser.
/// </summary>
/// <remarks>
/// A run on a device leaves values there; whoever reads the tensor fetches them. A tensor of a model, session, trainer or stream is freed
/// with it: every member that reads or writes elements then throws <see cref="ObjectDisposedException"/>. A span that was taken before is
/// not checked and must not be used.
/// </remarks>
public sealed unsafe partial class Tensor : IDisposable
{
    private readonly bool isOwner;
    private readonly void* data;
    private readonly Tensor[] parts;
    private IDeviceValues? newest;
    private long version;

    public Tensor(ElementType element, params int[] shape)
    {
        Element = element;
        Shape = (int[])shape.Clone();
        Length = NdArray.Size(shape);
        Memory = new NativeBuffer((long)Length * ElementSize);
        isOwner = true;
        data = Memory.Data;
        parts = [];
    }

    /// <summary>A part of memory that belongs to somebody else; it keeps that memory alive, and
    /// <see cref="Dispose"/> leaves it alone.</summary>
    /// <param name="parts">Tensors that lie in this one, elements in common.</param>
    internal Tensor(ElementType element, int[] shape, NativeBuffer memory, void* data, params Tensor[] parts)
    {
        Memory = memory;
        Element = element;
        Shape = shape;
        Length = NdArray.Size(shape);
        this.data = data;
        this.parts = parts;
    }

    public ElementType Element { get; }

    public IReadOnlyList<int> Shape { get; }

    public int Length { get; }

    /// <summary>
    /// Counts changes, so that packed weights and copies on devices are made again only when needed. Writing counts, reading does not.
    /// </summary>
    public long Version
    {
        get
        {
            long sum = version;
            foreach (Tensor part in parts)
                sum += part.version;
            return sum;
        }
    }

    /// <summary>The memory that the elements lie in.</summary>
    internal NativeBuffer Memory { get; }

    /// <summary>The first element. Raw: whoever uses it keeps the tensor alive, and calls <see cref="Fetch"/> before reading.</summary>
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

    internal long Bytes => (long)Length * ElementSize;

    /// <summary>The one device that has the newest values of all elements; null where the host has some, or several devices.</summary>
    internal IDeviceValues? Newest
    {
        get
        {
            foreach (Tensor part in parts)
            {
                if (part.newest is not null)
                    return null;
            }

            return newest;
        }
    }

    /// <summary>
    /// The elements to read, [<see cref="Length"/>], row-major. Fetches them where a run left them on a device; it is no change.
    /// </summary>
    /// <remarks>The span is valid until the next run of a Program that the tensor belongs to.</remarks>
    /// <typeparam name="T">float for f32, double for f64, int for i32.</typeparam>
    /// <exception cref="InvalidOperationException">The tensor has another element type, or a run that failed left no values.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public ReadOnlySpan<T> Read<T>()
        where T : unmanaged
    {
        Require<T>();
        void* from = Data;
        Fetch();
        return new ReadOnlySpan<T>(from, Length);
    }

    /// <summary>
    /// The elements for reading and writing, [<see cref="Length"/>], row-major. Copies them from the device if a run left them there. Every
    /// call counts as a change of the tensor, even if nothing is written.
    /// </summary>
    /// <remarks>
    /// The span is valid until the next run of a Program that the tensor belongs to: later writes into it may have no effect.
    /// </remarks>
    /// <typeparam name="T">float for f32, double for f64, int for i32.</typeparam>
    /// <exception cref="InvalidOperationException">The tensor has another element type, or a run that failed left no values.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public Span<T> Write<T>()
        where T : unmanaged
    {
        Require<T>();
        void* to = Data;
        Fetch();
        Change();
        return new Span<T>(to, Length);
    }

    /// <summary>The same as bytes, whatever the element type is.</summary>
    internal Span<byte> WriteBytes() => Element switch
    {
        ElementType.F64 => MemoryMarshal.AsBytes(Write<double>()),
        ElementType.F32 => MemoryMarshal.AsBytes(Write<float>()),
        _ => MemoryMarshal.AsBytes(Write<int>()),
    };

    /// <summary>Copies values in, rounding reals to the element type, and counts the change.</summary>
    /// <exception cref="ArgumentException">There is another number of values, or an i32 tensor is given one that is no whole number of
    /// 32 bits, such as 1.7 or NaN; nothing is changed.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public void Set(ReadOnlySpan<double> values) => Set(values, name: null);

    internal void Set(ReadOnlySpan<double> values, string? name)
    {
        if (values.Length != Length)
            throw new ArgumentException(
                $"The tensor [{string.Join(", ", Shape)}] wants {Length} numbers, found {values.Length} (give one for each element)");
        if (Element == ElementType.I32)
            RequireWhole(values, name is null ? "The tensor" : $"'{name}'");
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

        Change();
        GC.KeepAlive(this);
    }

    /// <summary>The values as doubles.</summary>
    /// <exception cref="InvalidOperationException">A run that failed left no values.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public NdArray ToNdArray()
    {
        var result = new double[Length];
        CopyTo(result);
        return new NdArray([.. Shape], result);
    }

    /// <summary>Makes all elements zero.</summary>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public void Clear()
    {
        NativeMemory.Clear(Data, (nuint)((long)Length * ElementSize));
        Change();
        GC.KeepAlive(this);
    }

    /// <summary>Copies the values of another tensor of the same element type and shape, and counts the change.</summary>
    /// <exception cref="ArgumentException">The other tensor has another element type or shape; [H, B] is not [B, H].</exception>
    /// <exception cref="InvalidOperationException">A run that failed left no values in the other tensor.</exception>
    /// <exception cref="ObjectDisposedException">The memory of one of them was freed.</exception>
    public void CopyFrom(Tensor other)
    {
        if (other.Element != Element || !SameShape(other))
            throw new ArgumentException(
                $"A tensor {Element}[{string.Join(", ", Shape)}] cannot take {other.Element}[{string.Join(", ", other.Shape)}] "
                    + "(use the same shape)");
        void* from = other.Data;
        other.Fetch();
        Buffer.MemoryCopy(from, Data, (long)Length * ElementSize, (long)Length * ElementSize);
        Change();
        GC.KeepAlive(this);
        GC.KeepAlive(other);
    }

    /// <summary>Frees the memory, unless it belongs to a model, session, trainer or stream. Programs that were given the
    /// tensor refuse to run afterwards.</summary>
    public void Dispose()
    {
        if (isOwner)
            Memory.Dispose();
    }

    /// <summary>Counts a change of the values here, which are the newest from now on.</summary>
    internal void Change()
    {
        newest = null;
        version++;
        foreach (Tensor part in parts)
            part.Change();
    }

    /// <summary>Counts a change that a device made in its own memory, where the newest values stay until they are read.</summary>
    internal void ChangeOn(IDeviceValues device)
    {
        version++;
        newest = device;
    }

    /// <summary>True where the newest values are those of that device.</summary>
    internal bool IsOn(IDeviceValues device) => newest == device;

    /// <summary>Copies the newest values here, if a device has them. No change.</summary>
    internal void Fetch()
    {
        foreach (Tensor part in parts)
            part.Fetch();
        if (newest is not { } device)
            return;
        device.Fetch();
        newest = null;
    }

    // Without an enumerator: states are carried without allocation.
    private bool SameShape(Tensor other)
    {
        if (other.Shape.Count != Shape.Count)
            return false;
        for (int axis = 0; axis < Shape.Count; axis++)
        {
            if (other.Shape[axis] != Shape[axis])
                return false;
        }

        return true;
    }

    private static void RequireWhole(ReadOnlySpan<double> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != (int)values[i])
                throw new ArgumentException(FormattableString.Invariant(
                    $"{name} holds {values[i]} at place {i}, wanted a whole number of 32 bits (round it, or correct the code)"));
        }
    }

    private void Require<T>()
        where T : unmanaged
    {
        ElementType wanted = typeof(T) == typeof(float) ? ElementType.F32 : typeof(T) == typeof(double) ? ElementType.F64 : ElementType.I32;
        if (Element != wanted || (wanted == ElementType.I32 && typeof(T) != typeof(int)))
        {
            throw new InvalidOperationException(
                $"The tensor is {Element}, not {typeof(T).Name} (take float for F32, double for F64, int for I32)");
        }
    }
}

/// <summary>Values of a tensor in the memory of a device that are newer than those of the host.</summary>
internal interface IDeviceValues
{
    /// <summary>Copies them to the memory of the tensor.</summary>
    /// <exception cref="InvalidOperationException">They are gone: a run that failed, or a device that was lost, left none.</exception>
    void Fetch();
}
