using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Randomness;
using static RnnJit.Rnn;

namespace RnnJit.Gallery.Systems;

/// <summary>Binary threshold units; the output is fed back.</summary>
[RnnCell]
public static partial class ThresholdUnits
{
    public static (Value y, Value hidden) Step(Value x, Value y, Matrix W, Matrix U, Vector b, Matrix V, Vector c)
    {
        var hidden = Less(0.0, W * x + U * y + b);
        return (Less(0.0, V * hidden + c), hidden);
    }
}

/// <summary>Running parity by two threshold units set by hand, AND and OR of the output before and the input.</summary>
internal sealed class ParitySystem : IGallerySystem
{
    private const int Chunk = 1000;
    private const int Rows = 10;

    // h1 = [x + y > 1.5], h2 = [x + y > 0.5], y' = [h2 − h1 > 0.5].
    private static readonly (string Name, int[] Shape, double[] Values)[] Weights =
        [("W", [2, 1], [1, 1]), ("U", [2, 1], [1, 1]), ("b", [2], [-1.5, -0.5]), ("V", [1, 2], [-1, 1]), ("c", [1], [-0.5])];

    // The lecture's table: y before, x, then h1, h2, y.
    private static readonly double[][] Table = [[0, 0, 0, 0, 0], [0, 1, 0, 1, 1], [1, 0, 0, 1, 1], [1, 1, 1, 1, 0]];
    private const string Bits = "0101101011", Parities = "0110110010";

    public SystemFacts Facts { get; } = new(
        "parity-by-hand", "many to many, aligned", "the parity of all bits so far from two threshold units, AND and OR",
        "lecture A, networks set by hand", "exact at every step");

    private static CellDefinition Cell => CellRegistry.Find(typeof(ThresholdUnits));

    public GalleryReport Run(GalleryContext context)
    {
        long bits = context.Quick ? 10_000 : 1_000_000, all = bits * context.Seeds, right = 0;
        using Model model = HandSet.Open(
            Network(), new ModelOptions { Threads = context.Threads },
            [.. Weights.Select(weight => ("layer." + weight.Name, weight.Values))]);
        var seen = new long[2, 2];
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            var random = new RandomStream((ulong)seed);
            using Session session = model.Open(new SessionOptions { Steps = Chunk, CarryState = true });
            int parity = 0;
            for (long start = 0; start < bits; start += Chunk)
            {
                context.Report("parity of random bits", (seed - 1 + (double)start / bits) / context.Seeds);
                int[] x = [.. Enumerable.Range(0, Chunk).Select(_ => random.NextInt32(2))];
                int[] y = Run(session, x);
                for (int t = 0; t < Chunk; t++)
                {
                    parity ^= x[t];
                    right += y[t] == parity ? 1 : 0;
                    seen[x[t], parity]++;
                }
            }
        }

        double without = (Math.Max(seen[0, 0], seen[0, 1]) + Math.Max(seen[1, 0], seen[1, 1])) / (double)all;
        var report = new GalleryReport();
        report.Add(Figure.All("parities of random bits that are right", right, all));
        Tables(report);
        Example(report, model);
        report.Add(Figure.Reported("best answer from the present bit alone", Figure.Percent(without)));
        report.Equations(Cell);
        report.Kernels(model.Program);
        return report;
    }

    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Parity");
        var options = new RecurrentOptions { Dims = new Dictionary<string, Dim> { ["D"] = net.Size("D", 2) } };
        net.Output("y", net.Recurrent("layer", Cell, net.Input("x", "T", "B", 1), net.Size("H", 1), options).Output);
        return net;
    }

    private static int[] Run(Session session, int[] bits)
    {
        Span<float> x = session.Input("x").Write<float>();
        for (int t = 0; t < bits.Length; t++)
            x[t] = bits[t];
        session.Run();
        return [.. session.Output("y").Read<float>().ToArray().Select(y => (int)y)];
    }

    // One step of the cell on all four pairs at once, by the interpreter.
    private static void Tables(GalleryReport report)
    {
        var inputs = Weights.ToDictionary(weight => weight.Name, weight => new NdArray(weight.Shape, weight.Values));
        inputs["y"] = new NdArray([4, 1], [.. Table.Select(row => row[0])]);
        inputs["x"] = new NdArray([4, 1], [.. Table.Select(row => row[1])]);
        Dictionary<string, NdArray> found = Interpreter.Run(Cell.Step, inputs);
        double[][] rows = [.. Table.Select((row, i) =>
            (double[])[row[0], row[1], found["hidden"].Data[2 * i], found["hidden"].Data[2 * i + 1], found["y"].Data[i]])];
        static string[] Texts(double[] row) => [.. row.Select(Figure.Text)];
        report.Table("Every step: output before and input, hidden units, output", ["y before", "x", "h1 (AND)", "h2 (OR)", "y"],
            rows.Select(Texts));
        report.Table("The first step, as if the output before were 0", ["x", "h1", "h2"],
            rows.Where(row => row[0] == 0).Select(row => Texts(row[1..4])));
        report.Add(
            Figure.All("rows of the lecture's table", rows.Where((row, i) => row.SequenceEqual(Table[i])).Count(), 4),
            Figure.All("rows of the first step", rows.Where((row, i) => row[0] == 0 && row.SequenceEqual(Table[i])).Count(), 2));
    }

    private static void Example(GalleryReport report, Model model)
    {
        using Session session = model.Open(new SessionOptions { Steps = Rows });
        int[] x = [.. Bits.Select(bit => bit - '0')], y = Run(session, x);
        int right = y.Zip(Parities, (found, wanted) => found == wanted - '0').Count(same => same);
        report.Add(Figure.All("parities of the lecture's example", right, Rows));
        string[] symbols = [.. Bits.Select(bit => bit.ToString())];
        var raster = new TimeRaster { Title = "Running parity of the lecture's ten bits", Symbols = symbols };
        raster.Add("bit", [.. x.Select(bit => (double)bit)]);
        raster.Add("parity", [.. y.Select(bit => (double)bit)]);
        report.Picture("raster", "The bits below, the network's output above them", raster);
        var automaton = new NodeLinkGraph { Title = "The same as an automaton", Spacing = (190, 100) };
        automaton.AddNode("even", "even", 0, 0);
        automaton.AddNode("odd", "odd", 1, 0, NodeKind.Accepting);
        foreach (var (from, to, bit) in new[] { ("even", "even", "0"), ("even", "odd", "1"), ("odd", "even", "1"), ("odd", "odd", "0") })
            automaton.AddLink(from, to, bit);
        report.Picture("automaton", "Two states, as many as the fed-back output has", automaton);
    }
}
