using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Data;

/// <summary>Values of one input of a batch: whole numbers or reals, dense and row-major.</summary>
public sealed class BatchInput
{
    private BatchInput(ElementType element, int[] shape, ReadOnlyMemory<int> integers, ReadOnlyMemory<float> reals, double padding = 0)
    {
        int found = element == ElementType.I32 ? integers.Length : reals.Length;
        if (shape.Any(extent => extent < 0) || NdArray.Size(shape) != found)
            throw new ArgumentException($"An input of shape [{string.Join(", ", shape)}] has {found} values (give one for each element)");
        (Element, Shape, Integers, Reals, Padding) = (element, shape, integers, reals, padding);
    }

    /// <summary>I32 for codes, indices and lengths, F32 for reals.</summary>
    public ElementType Element { get; }

    /// <summary>Sequences are [T, B, …], values of rows [B, …].</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The values of an I32 input; empty for reals.</summary>
    public ReadOnlyMemory<int> Integers { get; }

    /// <summary>The values of an F32 input; empty for whole numbers. A float64 model widens them.</summary>
    public ReadOnlyMemory<float> Reals { get; }

    /// <summary>
    /// The padding value, stored past the ends of rows when steps are added to a batch: 0, or a class that the loss ignores.
    /// </summary>
    public double Padding { get; }

    /// <summary>The same values with another padding.</summary>
    public BatchInput Padded(double padding) => new(Element, [.. Shape], Integers, Reals, padding);

    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static BatchInput Of(ReadOnlyMemory<int> values, params int[] shape) => new(ElementType.I32, shape, values, default);

    /// <summary>A copy of a tensor, such as a result of a network; float64 is rounded to float32.</summary>
    /// <exception cref="ObjectDisposedException">The tensor's memory was freed.</exception>
    public static BatchInput Of(Tensor values)
    {
        int[] shape = [.. values.Shape];
        return values.Element switch
        {
            ElementType.I32 => Of(values.Read<int>().ToArray(), shape),
            ElementType.F32 => Of(values.Read<float>().ToArray(), shape),
            _ => Of(Array.ConvertAll(values.Read<double>().ToArray(), value => (float)value), shape),
        };
    }

    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static BatchInput Of(ReadOnlyMemory<float> values, params int[] shape) => new(ElementType.F32, shape, default, values);
}
