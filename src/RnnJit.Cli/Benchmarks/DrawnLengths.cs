using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Lengths of rows for a value of the option --lengths, drawn from a fixed seed.</summary>
internal static class DrawnLengths
{
    public const string Uniform = "uniform", Full = "full";

    private const int Seed = 1;

    /// <summary>Binds a layer whose rows have lengths.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static Executable Bind(LayerRequest request, string lengths)
    {
        int[] drawn = Of(lengths, request.Steps, request.Batch);
        BoundLayer layer = LayerBuilder.Run(request with { Lengths = true });
        Executable executable = layer.ToExecutable();
        executable.Input(layer.Ports.Lengths!).Set([.. drawn.Select(length => (double)length)]);
        return executable;
    }

    /// <summary>The part of the padded steps that the lengths ask for.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static double Share(LayerRequest request, string lengths) => Of(lengths, request.Steps, request.Batch).Average() / request.Steps;

    /// <exception cref="UsageException">The lengths are none that are known.</exception>
    private static int[] Of(string lengths, int steps, int rows)
    {
        var random = new Random(Seed);
        if (lengths == Uniform)
            return [.. Enumerable.Range(0, rows).Select(_ => random.Next(1, steps + 1))];
        if (lengths == Full)
            return [.. Enumerable.Repeat(steps, rows)];
        return int.TryParse(lengths, NumberStyles.None, CultureInfo.InvariantCulture, out int all) && all <= steps
            ? [.. Enumerable.Repeat(all, rows)]
            : throw new UsageException($"--lengths is '{lengths}', wanted uniform, full or a number up to --seq {steps} (change it)");
    }
}
