using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>The biases of a layer of another library.</summary>
internal enum BiasForm
{
    /// <summary>None: they are 0 and not trained.</summary>
    None,

    /// <summary>One, as the cells here have it.</summary>
    One,

    /// <summary>One of the input and one of the state: the layer has a second parameter <c>NAME.ci</c> beside <c>NAME.bi</c>, so that both
    /// come out as they came in.</summary>
    Two,
}

/// <summary>The values in the place of a cell's biases.</summary>
internal static class LayerBiases
{
    /// <summary>For <see cref="RecurrentOptions.Given"/>.</summary>
    public static Dictionary<string, Value> Of(NetworkBuilder net, string layer, CellLayout cell, Dim units, bool both, BiasForm form)
    {
        var given = new Dictionary<string, Value>(StringComparer.Ordinal);
        if (form == BiasForm.One)
            return given;
        Value? zero = form == BiasForm.None ? net.Graph.Add(new ConstantOp(0, new TensorType(ElementType.F32, units))) : null;
        foreach (string prefix in both ? new[] { "", "reverse." } : [""])
        {
            foreach (string gate in cell.Gates)
            {
                string b = "b" + gate, c = "c" + gate;
                if (zero is not null)
                    given[prefix + b] = zero;
                if (zero is not null && cell.KeepsApart(gate))
                    given[prefix + c] = zero;
                if (zero is null && !cell.KeepsApart(gate))
                    given[prefix + b] =
                        net.Parameter($"{layer}.{prefix}{b}", "zeros", units) + net.Parameter($"{layer}.{prefix}{c}", "zeros", units);
            }
        }

        return given;
    }
}
