using System.Numerics;
using System.Runtime.InteropServices;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>Moves numbers between a model and tensors of another library.</summary>
internal static class ForeignTransfer
{
    /// <summary>Checks that the tensors are those of the map, and no others, before anything is allocated.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ForeignWeightsException">A tensor is missing, surplus, of another shape, or holds no real numbers.</exception>
    public static void Check(ForeignMap map, IReadOnlyDictionary<string, SafetensorsTensor> weights, string source)
    {
        var wanted = map.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (ForeignTensor tensor in map.Tensors)
        {
            if (!weights.TryGetValue(tensor.Name, out SafetensorsTensor? found))
                throw new ForeignWeightsException(
                    $"{source} lacks tensor '{tensor.Name}' {Text(tensor.Shape)}, which {tensor.Places} needs "
                        + $"({NearName.Suggest(tensor.Name, weights.Keys.Where(name => !wanted.ContainsKey(name)))}it is incomplete, or of "
                        + "another model)");
            if (!found.Shape.SequenceEqual(tensor.Shape.Select(extent => (long)extent)))
                throw new ForeignWeightsException(
                    $"{source}: tensor '{tensor.Name}' is [{string.Join(", ", found.Shape)}], wanted {Text(tensor.Shape)} "
                        + $"for {tensor.Places} (it is of another model)");
            RequireReal(found, tensor.Name, source);
        }

        if (weights.Keys.Where(name => !wanted.ContainsKey(name)).Order(StringComparer.Ordinal).ToArray() is [var surplus, ..] others)
            throw new ForeignWeightsException(
                $"{source} has tensor '{surplus}' {weights[surplus]}, for which the model has no place"
                    + $"{(others.Length > 1 ? $", and {others.Length - 1} more" : "")} (read a part with Prefix, or build the network and "
                    + "read the weights into it)");
    }

    /// <exception cref="ForeignWeightsException">The tensor holds no floating-point numbers.</exception>
    public static void RequireReal(SafetensorsTensor tensor, string name, string source)
    {
        if (tensor.Dtype is not (SafetensorsDtype.F16 or SafetensorsDtype.BF16 or SafetensorsDtype.F32 or SafetensorsDtype.F64))
            throw new ForeignWeightsException(
                $"{source}: tensor '{name}' is {tensor}, wanted numbers of type F16, BF16, F32 or F64 (convert it)");
    }

    /// <summary>Copies the tensors into the model's parameters; they were checked.</summary>
    /// <exception cref="ForeignWeightsException">A number is NaN or an infinity; the model is then partly written.</exception>
    public static void Read(Model model, ForeignMap map, IReadOnlyDictionary<string, SafetensorsTensor> weights, string source)
    {
        foreach (ForeignTensor tensor in map.Tensors)
        {
            SafetensorsTensor from = weights[tensor.Name];
            if (model.Options.Precision == ElementType.F64)
                Read(model, tensor, IsRaw(from, SafetensorsDtype.F64) ? Raw<double>(from) : from.ToDouble(), source,
                    tensor => tensor.Write<double>());
            else
                Read(model, tensor, IsRaw(from, SafetensorsDtype.F32) ? Raw<float>(from) : from.ToSingle(), source,
                    tensor => tensor.Write<float>());
        }
    }

    /// <summary>The tensors as the other library has them.</summary>
    public static List<KeyValuePair<string, SafetensorsTensor>> Write(Model model, ForeignMap map)
    {
        var written = new List<KeyValuePair<string, SafetensorsTensor>>(map.Tensors.Count);
        foreach (ForeignTensor tensor in map.Tensors)
        {
            long[] shape = [.. tensor.Shape];
            written.Add(new(tensor.Name, model.Options.Precision == ElementType.F64
                ? SafetensorsTensor.From(Write(model, tensor, tensor => tensor.Read<double>()), shape)
                : SafetensorsTensor.From(Write(model, tensor, tensor => tensor.Read<float>()), shape)));
        }

        return written;
    }

    private delegate Span<T> Writing<T>(Tensor tensor);

    private delegate ReadOnlySpan<T> Reading<T>(Tensor tensor);

    // Numbers of the model's own type are read where they lie: a copy of the largest tensor may be half of the file.
    private static bool IsRaw(SafetensorsTensor tensor, SafetensorsDtype wanted) => BitConverter.IsLittleEndian && tensor.Dtype == wanted;

    private static ReadOnlySpan<T> Raw<T>(SafetensorsTensor tensor)
        where T : struct => MemoryMarshal.Cast<byte, T>(tensor.Bytes.Span);

    private static void Read<T>(Model model, ForeignTensor tensor, ReadOnlySpan<T> from, string source, Writing<T> open)
        where T : struct, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < from.Length; i++)
        {
            if (!T.IsFinite(from[i]))
                throw new ForeignWeightsException(
                    $"{source}: element {i} of tensor '{tensor.Name}' is {from[i]}, wanted finite numbers (the training diverged, or the "
                        + "file is damaged)");
        }

        foreach (ForeignPart part in tensor.Parts)
        {
            Tensor parameter = model.Parameters[part.Parameter];
            Span<T> to = open(parameter);
            if (part.Use == PartUse.WriteOnly)
            {
                to.Clear();
                continue;
            }

            var places = new PartPlaces(tensor, part, parameter);
            for (int i = 0; i < to.Length; i++)
            {
                T number = from[places[i]];
                to[i] = part.Use == PartUse.ReadOnly ? to[i] + number : number;
            }
        }
    }

    private static T[] Write<T>(Model model, ForeignTensor tensor, Reading<T> open)
        where T : struct, IFloatingPointIeee754<T>
    {
        var to = new T[tensor.Shape.Aggregate(1, (product, extent) => checked(product * extent))];
        foreach (ForeignPart part in tensor.Parts)
        {
            if (part.Use == PartUse.ReadOnly)
                continue;
            Tensor parameter = model.Parameters[part.Parameter];
            ReadOnlySpan<T> from = open(parameter);
            var places = new PartPlaces(tensor, part, parameter);
            for (int i = 0; i < from.Length; i++)
                to[places[i]] = part.Use == PartUse.WriteOnly ? to[places[i]] + from[i] : from[i];
        }

        return to;
    }

    private static string Text(int[] shape) => $"[{string.Join(", ", shape)}]";

    // Where element i of a parameter stands in the foreign tensor.
    private readonly struct PartPlaces
    {
        private readonly int width, rowStep, columnStep, first;

        public PartPlaces(ForeignTensor tensor, ForeignPart part, Tensor parameter)
        {
            int columns = tensor.Shape.Length == 2 ? tensor.Shape[1] : 1;
            first = (part.Row * columns) + part.Column;
            bool isVector = parameter.Shape.Count == 1;
            width = isVector ? 1 : parameter.Shape[1];

            // A vector is a column of a vector, and part of a row of a matrix.
            rowStep = part.Transposed || (isVector && tensor.Shape.Length == 2) ? 1 : columns;
            columnStep = part.Transposed ? columns : 1;
        }

        public int this[int i] => first + (i / width * rowStep) + (i % width * columnStep);
    }
}
