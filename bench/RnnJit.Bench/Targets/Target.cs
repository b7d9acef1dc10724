using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Bench.Targets;

/// <summary>The performance goals of a layer: against the best peer, against the machine's limit, against our own LSTM.</summary>
/// <param name="Class">The kind of layers that the figure is for.</param>
/// <param name="Ratios">The time of the best peer against ours with one thread, and with more.</param>
/// <param name="Shares">The part of the time that the machine's limit is, with one thread, and with more; null: none is asked for.</param>
/// <param name="MostOfLstm">The most of our own LSTM's time of the same shape; null: none is asked for.</param>
internal sealed record Target(string Class, LayerRequest Layer, (double One, double More) Ratios, (double One, double More)? Shares,
    double? MostOfLstm = null)
{
    private const double OfLstm = 1.08;

    /// <summary>All layers.</summary>
    public static IReadOnlyList<Target> All { get; } = [.. Forward(), .. Training(), .. Peephole()];

    /// <summary>The layer with some threads.</summary>
    public LayerRequest With(int threads) => Layer with { Threads = threads };

    public double Ratio(int threads) => threads == 1 ? Ratios.One : Ratios.More;

    public double? Share(int threads) => Shares is { } shares ? threads == 1 ? shares.One : shares.More : null;

    private static IEnumerable<Target> Forward()
    {
        (int, int, int)[] single = [(25, 1, 512), (50, 1, 1024), (100, 1, 128)],
            batched = [(25, 16, 512), (50, 32, 256), (150, 64, 256), (25, 64, 1024)];
        foreach (Type cell in (Type[])[typeof(Lstm), typeof(GruResetAfter)])
        {
            foreach (var shape in single)
                yield return new("batch 1", Of(cell, shape), (1.12, 1.25), (0.95, 0.95));
        }

        foreach (Type cell in (Type[])[typeof(Lstm), typeof(GruResetAfter)])
        {
            foreach (var shape in single)
                yield return new("batch 1, bf16 weights", Of(cell, shape) with { Weights = WeightStorage.BFloat16 }, (1.6, 1.7), null);
        }

        foreach (Type cell in (Type[])[typeof(Lstm), typeof(GruResetAfter)])
        {
            foreach (var shape in batched)
                yield return new("batched forward", Of(cell, shape), (1.05, 1.05), (0.95, 0.95));
        }

        yield return new("vanilla", Of(typeof(Elman), (50, 32, 1760)), (1.05, 1.05), (0.95, 0.95));
    }

    private static IEnumerable<Target> Training()
    {
        foreach (Type cell in (Type[])[typeof(Lstm), typeof(GruResetAfter)])
        {
            Target Row((int, int, int) shape, (double, double) ratios, (double, double) shares) =>
                new("training", Of(cell, shape) with { Training = true }, ratios, shares);
            yield return Row((25, 16, 64), (1.35, 1.5), (0.87, 0.70));
            yield return Row((50, 32, 128), (1.12, 1.2), (0.93, 0.93));
            yield return Row((50, 32, 256), (1.12, 1.2), (0.93, 0.93));
            yield return Row((25, 64, 512), (1.05, 1.05), (0.94, 0.94));
            yield return Row((25, 64, 1024), (1.05, 1.05), (0.94, 0.94));
        }
    }

    private static IEnumerable<Target> Peephole()
    {
        Target Row((int, int, int) shape, (double, double) ratios) =>
            new("a user's cell, training", Of(typeof(LstmPeephole), shape) with { Training = true }, ratios, null, OfLstm);
        yield return Row((25, 16, 64), (5, 9));
        yield return Row((50, 32, 128), (2.5, 6));
        yield return Row((50, 32, 256), (2.5, 6));
        yield return Row((25, 64, 512), (1.9, 2.8));
    }

    private static LayerRequest Of(Type cell, (int Steps, int Batch, int Hidden) shape) =>
        new(CellRegistry.Find(cell)) { Steps = shape.Steps, Batch = shape.Batch, Hidden = shape.Hidden };
}
