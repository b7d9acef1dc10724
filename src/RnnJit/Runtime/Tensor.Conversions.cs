using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <content>Elements in and out as spans of another type.</content>
public sealed unsafe partial class Tensor
{
    /// <inheritdoc cref="Set(ReadOnlySpan{double})"/>
    public void Set(ReadOnlySpan<float> values)
    {
        if (Element != ElementType.F32 || values.Length != Length)
        {
            var wide = new double[values.Length];
            for (int i = 0; i < wide.Length; i++)
                wide[i] = values[i];
            Set(wide);
            return;
        }

        values.CopyTo(new Span<float>(Data, Length));
        Change();
        GC.KeepAlive(this);
    }

    /// <summary>Copies the elements to a span of at least <see cref="Length"/> numbers; float64 is rounded.</summary>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    /// <exception cref="InvalidOperationException">A run that failed left no values.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public void CopyTo(Span<float> values)
    {
        RequireRoom(values.Length);
        void* from = Data;
        Fetch();
        for (int i = 0; i < Length; i++)
            values[i] = Element == ElementType.F32 ? ((float*)from)[i] : Element == ElementType.F64
                ? (float)((double*)from)[i]
                : ((int*)from)[i];
        GC.KeepAlive(this);
    }

    /// <summary>Copies the elements to a span of at least <see cref="Length"/> numbers.</summary>
    /// <inheritdoc cref="CopyTo(Span{float})" path="/exception"/>
    public void CopyTo(Span<double> values)
    {
        RequireRoom(values.Length);
        void* from = Data;
        Fetch();
        for (int i = 0; i < Length; i++)
            values[i] = Element == ElementType.F32 ? ((float*)from)[i] : Element == ElementType.F64 ? ((double*)from)[i] : ((int*)from)[i];
        GC.KeepAlive(this);
    }

    private void RequireRoom(int length)
    {
        if (length < Length)
            throw new ArgumentException(
                $"The tensor [{string.Join(", ", Shape)}] has {Length} numbers, found room for {length} (give a longer span)");
    }
}
