using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Tests.Cells.Transforms;

/// <summary>Every transformation of a cell.</summary>
internal static class TransformSamples
{
    public static readonly IReadOnlyDictionary<string,
        Func<CellDefinition, CellDefinition>> All = new Dictionary<string, Func<CellDefinition, CellDefinition>>
        {
            ["zoneout"] = cell => cell.WithZoneout(0.1),
            ["variational dropout of inputs"] = cell => cell.WithVariationalDropout(0.2, 0),
            ["variational dropout of states"] = cell => cell.WithVariationalDropout(0, 0.3),
            ["recurrent dropout"] = cell => cell.WithRecurrentDropout(0.25),
            ["recurrent dropout per sequence"] = cell => cell.WithRecurrentDropout(0.25, perSequence: true),
            ["DropConnect"] = cell => cell.WithDropConnect(0.5),
            ["weight norm"] = cell => cell.WithWeightNorm(),
            ["layer norm of products"] = cell => cell.WithLayerNorm(epsilon: 0.1),
            ["layer norm of preactivations"] = cell => cell.WithLayerNorm(LayerNormForm.Preactivations, epsilon: 0.1),
        };

    /// <summary>The transformed cell, null where the cell has no place for it, which the message says.</summary>
    public static CellDefinition? Apply(CellDefinition cell, string name)
    {
        try
        {
            return All[name](cell);
        }
        catch (GraphException e) when (e.Id == "RNNJ166")
        {
            Assert.That(e.Message, Does.Contain($"cell '{cell.Name}'").IgnoreCase.And.Contains("("));
            return null;
        }
    }
}
