using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Networks;
using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>A linear unit adds its old value and its input.</summary>
[RnnCell]
public static partial class LinearUnits
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U) => U * h + W * x;
}

/// <summary>
/// Linear networks with weights set by hand: one sums its inputs, one says which of two inputs has the larger total so far.
/// </summary>
internal sealed class SumSystem : IGallerySystem
{
    // Inputs up to this keep a million of them below 2^24, where float32 counts exactly.
    private const int Largest = 16;
    private const int Chunk = 1000;
    private const int Shown = 30;

    public SystemFacts Facts { get; } = new(
        "sum", "many to many, aligned", "linear units with weights set by hand add up their inputs and compare two totals",
        "lecture A, networks set by hand", "exact at every step");

    public GalleryReport Run(GalleryContext context)
    {
        int steps = context.Quick ? 10_000 : 1_000_000;
        var options = new ModelOptions { Threads = context.Threads };
        using Model adder = HandSet.Open(Adder(), options, ("layer.W", [1]), ("layer.U", [1]));
        using Model comparer = HandSet.Open(Comparer(), options, ("layer.W", [1, 0, 0, 1]), ("layer.U", [1, 0, 0, 1]),
            ("compare.V", [1, -1]));
        long exact = 0, last = 0, right = 0, present = 0, all = (long)steps * context.Seeds;
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            void Progress(string what, double part) => context.Report(what, (seed - 1 + part) / context.Seeds);
            foreach (var (x, y, total) in Walk(adder, 1, steps, (ulong)seed, part => Progress("adding", part / 3)))
            {
                exact += y == total[0] ? 1 : 0;
                last += x[0] == total[0] ? 1 : 0;
            }

            foreach (var (x, y, total) in Walk(comparer, 2, steps, (ulong)seed, part => Progress("comparing", (1 + 2 * part) / 3)))
            {
                right += y == (total[0] > total[1] ? 1 : 0) ? 1 : 0;
                present += (x[0] > x[1]) == (total[0] > total[1]) ? 1 : 0;
            }
        }

        var report = new GalleryReport();
        report.Add(
            Figure.All("sums that are exact", exact, all), Figure.All("larger totals that are right", right, all),
            Figure.Reported("sums, without memory", Figure.Percent((double)last / all)),
            Figure.Reported("larger totals, without memory", Figure.Percent((double)present / all)));
        Describe(report, adder, comparer);
        return report;
    }

    private static NetworkBuilder Adder()
    {
        var net = new NetworkBuilder("Adder");
        net.Output("y", net.Recurrent("layer", CellRegistry.Find(typeof(LinearUnits)), net.Input("x", "T", "B", 1), net.Size("H", 1)));
        return net;
    }

    private static NetworkBuilder Comparer()
    {
        var net = new NetworkBuilder("Comparer");
        Value h = net.Recurrent("layer", CellRegistry.Find(typeof(LinearUnits)), net.Input("x", "T", "B", 2), net.Size("H", 2));
        net.Output("y", Rnn.Less(0.0, new Matrix(net.Parameter("compare.V", "zeros", 1, net.Size("H", 2))) * h));
        return net;
    }

    // The network reads chunks and carries its state; the exact totals are summed in integers, for comparison.
    private static IEnumerable<(float[] X, float Y, long[] Total)> Walk(
        Model model, int inputs, int steps, ulong seed, Action<double> progress)
    {
        using Session session = model.Open(new SessionOptions { Steps = Chunk, CarryState = true });
        var random = new RandomStream(seed);
        var total = new long[inputs];
        var x = new float[inputs];
        for (int start = 0; start < steps; start += Chunk)
        {
            progress((double)start / steps);
            float[] given = [.. Enumerable.Range(0, Chunk * inputs).Select(_ => (float)random.NextInt32(Largest + 1))];
            given.CopyTo(session.Input("x").Write<float>());
            session.Run();
            float[] found = session.Output("y").Read<float>().ToArray();
            for (int t = 0; t < Chunk; t++)
            {
                for (int i = 0; i < inputs; i++)
                    total[i] += (long)(x[i] = given[t * inputs + i]);
                yield return (x, found[t], total);
            }
        }
    }

    private static void Describe(GalleryReport report, Model adder, Model comparer)
    {
        report.Paragraph("h' = U h + W x with U = 1 and W = 1 is the sum of all inputs. With two such units, y = 1 where V h > 0, V = "
            + "(1, −1), "
            + "says that the first input has the larger total so far.");
        report.Picture("unrolled", "Three steps: W, U and V are the same at each",
            HandSet.Unrolled("The network unrolled through time", "x", "h", "y"));
        var sums = new LineChart { Title = "Inputs and their sum", XLabel = "time step", YLabel = "value", Height = 360, Markers = true };
        var walk = Walk(adder, 1, Chunk, 1, _ => { }).Take(Shown).Select(step => (X: (double)step.X[0], Y: (double)step.Y)).ToArray();
        sums.Add("input", [.. walk.Select(step => step.X)]);
        sums.Add("output of the network", [.. walk.Select(step => step.Y)]);
        report.Picture("sums", $"The first {Shown} steps of seed 1", sums);

        report.Picture("larger", "100 steps, and whether the first input has the larger total: dark where it has", Comparison(comparer));
        report.Equations(CellRegistry.Find(typeof(LinearUnits)));
        report.Kernels(comparer.Program);
    }

    // The first seed of some whose totals overtake each other at least four times.
    private static TimeRaster Comparison(Model comparer)
    {
        (double A, double B, double Y)[] Pairs(int seed) => [.. Walk(comparer, 2, Chunk, (ulong)seed, _ => { }).Take(100)
            .Select(step => ((double)step.X[0], (double)step.X[1], step.Y * (double)Largest))];
        int seed = Enumerable.Range(1, 50)
            .FirstOrDefault(seed => Pairs(seed) is var drawn && drawn.Zip(drawn[1..]).Count(two => two.First.Y != two.Second.Y) >= 4, 1);
        var (raster, pairs) = (new TimeRaster { Title = "Which total is larger" }, Pairs(seed));
        raster.Add("first input", [.. pairs.Select(step => step.A)]);
        raster.Add("second input", [.. pairs.Select(step => step.B)]);
        raster.Add("first is larger", [.. pairs.Select(step => step.Y)]);
        return raster;
    }
}
