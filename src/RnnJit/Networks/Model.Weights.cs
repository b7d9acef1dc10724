using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

public sealed partial class Model
{
    private readonly Tensor[] tensors;
    private readonly long count;

    /// <summary>
    /// All numbers of <see cref="Parameters"/> as one new vector [<see cref="ParameterCount"/>] of the model's precision: tensors in the
    /// order in which the network declares them, which is that of <see cref="Parameters"/>, each row-major, without gaps. The caller
    /// disposes it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Tensor ReadWeights()
    {
        var weights = new Tensor(Options.Precision, checked((int)ParameterCount));
        ReadWeights(weights);
        return weights;
    }

    /// <summary>
    /// Copies all numbers of <see cref="Parameters"/> into a vector, in the order of <see cref="ReadWeights()"/>; nothing is allocated.
    /// </summary>
    /// <exception cref="ArgumentException">The vector has another length or element type.</exception>
    /// <exception cref="ObjectDisposedException">The model or the vector was disposed.</exception>
    public void ReadWeights(Tensor weights)
    {
        Require(weights);
        if (Options.Precision == ElementType.F64)
            Gather(weights.Write<double>());
        else
            Gather(weights.Write<float>());
    }

    /// <summary>
    /// Copies a vector into <see cref="Parameters"/>, in the order of <see cref="ReadWeights()"/>: the next run of every session, stream
    /// and trainer of the model reads the new weights. States of an optimiser stay as they are.
    /// </summary>
    /// <exception cref="ArgumentException">The vector has another length or element type; no weight is changed.</exception>
    /// <exception cref="ObjectDisposedException">The model or the vector was disposed.</exception>
    public void WriteWeights(Tensor weights)
    {
        Require(weights);
        if (Options.Precision == ElementType.F64)
            Scatter(weights.Read<double>());
        else
            Scatter(weights.Read<float>());
    }

    private void Gather<T>(Span<T> weights)
        where T : unmanaged
    {
        foreach (Tensor tensor in tensors)
        {
            tensor.Read<T>().CopyTo(weights);
            weights = weights[tensor.Length..];
        }
    }

    private void Scatter<T>(ReadOnlySpan<T> weights)
        where T : unmanaged
    {
        foreach (Tensor tensor in tensors)
        {
            weights[..tensor.Length].CopyTo(tensor.Write<T>());
            weights = weights[tensor.Length..];
        }
    }

    private void Require(Tensor weights)
    {
        if (weights.Length == count && weights.Element == Options.Precision)
            return;
        string found = $"{weights.Element}[{weights.Length}]", wanted = $"{Options.Precision}[{ParameterCount}]";
        throw new ArgumentException($"The weights of '{Program.Name}' are given as {found}, wanted {wanted} "
            + "(take the shape of ReadWeights)");
    }
}
