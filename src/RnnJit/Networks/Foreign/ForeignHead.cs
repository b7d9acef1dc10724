using RnnJit.Files;
using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>A dense layer behind the recurrent ones.</summary>
internal static class ForeignHead
{
    public static Value Of(NetworkBuilder net, string name, Value h, int outputs, bool biased)
    {
        Dim width = net.Size("Y", outputs);
        if (biased)
            return net.Dense(name, h, width);
        return new Matrix(net.Parameter(name + ".W", "glorot", width, h.Type.Dims[h.Type.Rank - 1])) * h;
    }

    /// <summary>The only one of the layers that a file could mean, or none.</summary>
    /// <exception cref="ForeignWeightsException">There are several, or the name cannot be one of a layer.</exception>
    public static string? One(string[] names, string what, string cure, string source)
    {
        if (names.Length > 1)
            throw new ForeignWeightsException(
                $"{source} has {names.Length} {what}, '{names[0]}' and '{names[1]}' among them, and does not tell how they follow each "
                    + "other "
                    + $"(build the network with NetworkBuilder and read the weights into it with {cure})");
        if (names.Length == 1)
            ForeignNames.Require(names[0], source);
        return names.FirstOrDefault();
    }

    /// <exception cref="ForeignWeightsException">The extent is no size.</exception>
    public static int Extent(IReadOnlyDictionary<string, SafetensorsTensor> weights, string name, int axis, string source) =>
        weights[name].Shape[axis] is > 0 and <= int.MaxValue and var extent
            ? (int)extent
            : throw new ForeignWeightsException(
                $"{source}: tensor '{name}' is [{string.Join(", ", weights[name].Shape)}], wanted extents from 1 to {int.MaxValue} "
                    + "(it is damaged)");
}
