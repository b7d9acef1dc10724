using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>The weights that Keras has for a model.</summary>
internal static class KerasMap
{
    private const string Library = "Keras";

    /// <exception cref="ForeignWeightsException">The model has a layer that Keras does not have.</exception>
    public static ForeignMap Of(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        var map = new ForeignMap(Library, program, sizes);
        foreach (RecurrentGroup group in map.Groups)
            Add(map, group, map.Groups.Count(other => other.Layer == group.Layer) > 1 ? group.Reverse : null);
        map.AddOthers(layer => KerasNames.Of(layer, null, KerasNames.Kernel), layer => KerasNames.Of(layer, null, KerasNames.Bias),
            layer => KerasNames.Of(layer, null, KerasNames.Table), transposed: true);
        return map;
    }

    private static void Add(ForeignMap map, RecurrentGroup group, bool? reverse)
    {
        if (group.Cell.Keras is not { } gates)
            throw new ForeignWeightsException(
                $"Layer '{group.Layer}' is an {group.Cell.Name}, which Keras does not have (use Lstm)");
        string Name(string kind) => KerasNames.Of(group.Layer, reverse, kind);
        int columns = gates.Length * group.Hidden;
        ForeignPart[] Matrices(string port) =>
            [.. gates.Select((gate, i) => new ForeignPart($"{group.Name}.{port}{gate}", 0, i * group.Hidden, Transposed: true))];

        map.Add(Name(KerasNames.Kernel), [group.Inputs, columns], Matrices("W"));
        map.Add(Name(KerasNames.Recurrent), [group.Width, columns], Matrices("U"));
        if (!group.Biased)
            return;
        if (group.Cell == CellLayout.GruResetAfter)
            map.Add(Name(KerasNames.Bias), [2, columns], [.. gates.SelectMany((gate, i) => BothBiases(group, gate, i * group.Hidden))]);
        else
            map.Add(Name(KerasNames.Bias), [columns], [.. gates.SelectMany((gate, i) => Bias(group, gate, i * group.Hidden))]);
    }

    // Row 0 is the bias of the input, row 1 that of the state; where the model has their sum, row 1 is 0.
    private static IEnumerable<ForeignPart> BothBiases(RecurrentGroup group, string gate, int column) =>
    [
        new(group.InputBias(gate)!, 0, column),
        group.RecurrentBias(gate) is { } own ? new(own, 1, column) : new(group.InputBias(gate)!, 1, column, Use: PartUse.ReadOnly),
    ];

    // Keras has one bias; of two, as PyTorch has them, it gets the sum.
    private static IEnumerable<ForeignPart> Bias(RecurrentGroup group, string gate, int place)
    {
        yield return new ForeignPart(group.InputBias(gate)!, place, 0);
        if (group.RecurrentBias(gate) is { } second)
            yield return new ForeignPart(second, place, 0, Use: PartUse.WriteOnly);
    }
}
