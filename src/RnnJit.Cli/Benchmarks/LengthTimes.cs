using System.CommandLine;
using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>What a batch costs padded, every row T steps long, and with lengths: milliseconds; Steps is the share of the padded steps that the lengths ask for.</summary>
internal sealed record LengthTime(string Lengths, double Steps, double Padded, double PaddedMedian, double Own, double OwnMedian, bool Ordered)
{
    public double Ratio => OwnMedian / PaddedMedian;
}

/// <summary>Times a layer without lengths and with them, in turns, so that what else the machine does hits both alike.</summary>
internal sealed class LengthTimes(LayerRequest request, double seconds)
{
    private const int Turns = 6, Seed = 1;

    public static Option<string?> Flag() => CommonOptions.Optional("--lengths", "Time the layer with lengths beside the padded batch: uniform (1 to T, from a fixed seed), full (all rows T), or a number of steps for all rows", "lengths");

    /// <exception cref="UsageException">Something else is asked for too.</exception>
    public static void Refuse(ParseResult parsed, params Option<bool>[] others)
    {
        if (Array.Find(others, parsed.GetValue) is { } other)
            throw new UsageException($"--lengths and {other.Name} time different things (leave one of them away)");
    }

    /// <exception cref="UsageException">The lengths are none of those.</exception>
    public LengthTime Run(string lengths)
    {
        using Executable padded = LayerBuilder.Bind(request), own = LayerBuilder.Bind(request with { Lengths = true });
        int[] drawn = Draw(lengths, request.Steps, request.Batch);
        own.Input(LayerProgram.Lengths).Set(drawn.Select(length => (double)length).ToArray());
        RunLoop[] loops = [new(padded, request.Training), new(own, request.Training)];
        List<double>[] times = [[], []];
        foreach (RunLoop loop in loops)
            loop.WarmUp(Math.Min(RunLoop.WarmUpSeconds, seconds));
        for (int turn = 0; turn < Turns; turn++)
        {
            for (int l = 0; l < loops.Length; l++)
            {
                loops[l].Run(seconds / (2 * Turns));
                times[l].AddRange(loops[l].Times);
            }
        }

        RunTimes all = new(times[0]), live = new(times[1]);
        bool ordered = own.Plan.Any(line => line.Text.StartsWith("order", StringComparison.Ordinal));
        return new LengthTime(lengths, drawn.Average() / request.Steps, all.Min * 1e3, all.Median * 1e3, live.Min * 1e3, live.Median * 1e3, ordered);
    }

    public static void Print(TextWriter to, LengthTime time)
    {
        to.WriteLine("milliseconds                 min    median");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"padded",-20}{time.Padded,12:0.000}{time.PaddedMedian,10:0.000}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"lengths " + time.Lengths,-20}{time.Own,12:0.000}{time.OwnMedian,10:0.000}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{time.Ratio:0.00} x of the padded time (medians; minima {time.Own / time.Padded:0.00} x) for {time.Steps:0.00} of the steps, {(time.Ordered ? "rows ordered" : "rows as they stand")}"));
    }

    private static int[] Draw(string lengths, int steps, int rows)
    {
        var random = new Random(Seed);
        if (lengths == "uniform")
            return Enumerable.Range(0, rows).Select(_ => random.Next(1, steps + 1)).ToArray();
        if (lengths == "full")
            return Enumerable.Repeat(steps, rows).ToArray();
        return int.TryParse(lengths, NumberStyles.None, CultureInfo.InvariantCulture, out int all) && all <= steps
            ? Enumerable.Repeat(all, rows).ToArray()
            : throw new UsageException($"--lengths is '{lengths}', wanted uniform, full or a number up to --seq {steps} (change it)");
    }
}
