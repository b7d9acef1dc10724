using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>The state dict that PyTorch has for a model.</summary>
internal static class TorchMap
{
    private const string Library = "PyTorch";

    /// <exception cref="ForeignWeightsException">The model has a layer that PyTorch does not have.</exception>
    public static ForeignMap Of(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        var map = new ForeignMap(Library, program, sizes);
        Dictionary<string, (string Module, int Layer)> places = TorchNames.OfLayers(map.Groups);
        foreach (RecurrentGroup group in map.Groups)
            Add(map, group, places[group.Layer]);
        map.AddOthers(layer => layer + ".weight", layer => layer + ".bias", layer => layer + ".weight", transposed: false);
        return map;
    }

    private static void Add(ForeignMap map, RecurrentGroup group, (string Module, int Layer) place)
    {
        if (group.Cell.Torch is not { } gates)
            throw new ForeignWeightsException(
                $"Layer '{group.Layer}' is a {group.Cell.Name}, which PyTorch does not have (use GruResetAfter)");
        string Name(string kind) => TorchNames.Of(place.Module, kind, place.Layer, group.Reverse);
        int rows = gates.Length * group.Hidden;
        ForeignPart[] Matrices(string port) =>
            [.. gates.Select((gate, i) => new ForeignPart($"{group.Name}.{port}{gate}", i * group.Hidden, 0))];

        map.Add(Name(TorchNames.InputWeight), [rows, group.Inputs], Matrices("W"));
        map.Add(Name(TorchNames.RecurrentWeight), [rows, group.Width], Matrices("U"));
        if (group.Biased)
        {
            map.Add(Name(TorchNames.InputBias), [rows],
                [.. gates.Select((gate, i) => new ForeignPart(group.InputBias(gate)!, i * group.Hidden, 0))]);

            // One bias here is the sum of PyTorch's two.
            map.Add(Name(TorchNames.RecurrentBias), [rows], [.. gates.Select((gate, i) => group.RecurrentBias(gate) is { } own
                ? new ForeignPart(own, i * group.Hidden, 0)
                : new ForeignPart(group.InputBias(gate)!, i * group.Hidden, 0, Use: PartUse.ReadOnly))]);
        }

        if (group.Cell == CellLayout.LstmProjected)
            map.Add(Name(TorchNames.Projection), [group.Width, group.Hidden], new ForeignPart(group.Name + ".Wr", 0, 0));
    }
}
