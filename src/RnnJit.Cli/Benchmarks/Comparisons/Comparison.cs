using RnnJit.Cells;
using RnnJit.Cli.Layers;

namespace RnnJit.Cli.Benchmarks.Comparisons;

/// <summary>A layer and what it is compared with, all of ours, all measured in turns.</summary>
/// <param name="Baseline">The layer by whose time the others' times are divided.</param>
internal sealed record Comparison(LayerRequest Baseline, IReadOnlyList<Variant> Variants)
{
    private static readonly (int Steps, int Batch, int Hidden) Large = (50, 32, 256), Small = (25, 16, 64), Long = (100, 64, 128);

    /// <summary>
    /// A training step of an LSTM with each extension (peepholes, zoneout, recurrent dropout, layer norm), against the LSTM alone.
    /// </summary>
    public static IReadOnlyList<Comparison> Additions { get; } = [Added(Large, most: 1.25), Added(Small, most: 2)];

    /// <summary>Rows with lengths against the same rows padded, forward and training.</summary>
    public static IReadOnlyList<Comparison> Lengths { get; } =
    [
        .. Padded(Large, typeof(Lstm), DrawnLengths.Uniform, DrawnLengths.Full),
        .. Padded(Large, typeof(GruResetAfter), DrawnLengths.Uniform),
        .. Padded(Large, typeof(LstmLayerNorm), DrawnLengths.Uniform), .. Padded(Long, typeof(Lstm), DrawnLengths.Uniform),
    ];

    /// <summary>The comparison with some threads.</summary>
    public Comparison With(int threads) => new(Baseline with { Threads = threads },
        [.. Variants.Select(variant => variant with { Layer = variant.Layer with { Threads = threads } })]);

    /// <summary>The variants whose title holds a text; null if none does.</summary>
    public Comparison? Only(string text) =>
        Variants.Where(variant => variant.Title.Contains(text, StringComparison.OrdinalIgnoreCase))
            .ToArray() is { Length: > 0 } chosen ? this with { Variants = chosen } : null;

    private static Comparison Added((int, int, int) shape, double most)
    {
        CellDefinition lstm = CellRegistry.Find(typeof(Lstm));
        LayerRequest Layer(CellDefinition cell) => Of(cell, shape) with { Training = true };
        Variant Row(string name, CellDefinition cell) => new(name, Layer(cell), most);
        return new(Layer(lstm),
        [
            Row("peephole", CellRegistry.Find(typeof(LstmPeephole))),
            Row("zoneout 0.1", lstm.WithZoneout(0.1)),
            Row("recurrent dropout 0.1", lstm.WithRecurrentDropout(0.1)),
            Row("layer norm (Ba et al.)", CellRegistry.Find(typeof(LstmLayerNorm))),
            Row("layer norm, each gate for itself", CellRegistry.Find(typeof(LstmLayerNormGates))),
            Row("--layer-norm", lstm.WithLayerNorm()),
        ]);
    }

    // Half of the steps are asked for; the rest is what a batch with lengths may cost besides.
    private static IEnumerable<Comparison> Padded((int, int, int) shape, Type cell, params string[] lengths)
    {
        foreach (bool training in (bool[])[false, true])
        {
            LayerRequest layer = Of(CellRegistry.Find(cell), shape) with { Training = training };
            yield return new(layer, [.. lengths.Select(drawn =>
                new Variant("lengths " + drawn, layer with { Lengths = true }, drawn == DrawnLengths.Uniform ? 0.6 : null, drawn))]);
        }
    }

    private static LayerRequest Of(CellDefinition cell, (int Steps, int Batch, int Hidden) shape) =>
        new(cell) { Steps = shape.Steps, Batch = shape.Batch, Hidden = shape.Hidden };
}

/// <summary>A layer that is compared.</summary>
/// <param name="Most">The most of the baseline's time that is wanted; null: none is.</param>
/// <param name="Drawn">Which lengths its rows have; null: none of their own.</param>
internal sealed record Variant(string Name, LayerRequest Layer, double? Most, string? Drawn = null)
{
    public string Title => $"{Layer.Title} {Name}";
}
