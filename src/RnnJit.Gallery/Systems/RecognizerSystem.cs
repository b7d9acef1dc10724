using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Networks;
using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>Second-order networks as dynamical recognisers, with the weights that the lecture prints.</summary>
internal sealed class RecognizerSystem : IGallerySystem
{
    private const int Chunk = 1000, Longest = 10;
    private const double Grid = 1e-3;

    private static readonly (double, double) Origin = (0, 0), Start = (1, -0.5);

    private static readonly Recognizer Ones = new(
        "1*", [-0.89, -0.09, -0.14, -1.13, -0.09, -0.14], [0.20, 0.68, 0.96, 0.20, 0.81, 1.19], [-0.07, 0.66, 0.75], Origin,
        ["1", "11", "111", "1111", "11111", "111111", "1111111", "11111111"],
        ["0", "10", "01", "00", "011", "110", "11111110", "10111111"]);

    private static readonly string[] Accepted = ["1", "0", "10", "01", "00", "100100", "001111110100", "0100100100", "11100", "0010"];
    private static readonly string[] Rejected =
        ["000", "11000", "0001", "0000000000", "11111000011", "110101000010111", "1010010001", "0000", "00000"];

    /// <summary>Two weight sets for strings without 000, on either side of a transition.</summary>
    internal static readonly Recognizer[] Neighbours =
    [
        new("no 000, first weights", [-0.567, 1.761, 0.815, -0.219, -2.591, 0.446], [0.752, 0.548, -1.071, 0.074, -0.813, 1.502],
            [0.069, 0.172, -0.985], Start, Accepted, Rejected),
        new("no 000, second weights", [-0.567, 1.763, 0.816, -0.219, -2.593, 0.446], [0.751, 0.549, -1.073, 0.075, -0.813, 1.502],
            [0.069, 0.173, -0.985], Start, Accepted, Rejected),
    ];

    public SystemFacts Facts { get; } = new(
        "recognizer", "many to one", "second-order networks accept and reject strings; their states drawn",
        "lecture D, gated networks, weights as printed", "the lecture's tables: 16, 19 and 19 strings");

    public GalleryReport Run(GalleryContext context)
    {
        var report = new GalleryReport();
        Table(report, Ones, context.Threads);
        foreach (Recognizer neighbour in Neighbours)
            Table(report, neighbour, context.Threads);
        foreach (Recognizer neighbour in Neighbours)
            Beyond(report, neighbour, context.Threads);
        for (int i = 0; i < Neighbours.Length; i++)
            States(report, i, context);
        report.Equations(CellRegistry.Find(typeof(SymbolSecondOrder)));
        report.Kernels(Ones.Network().Build());
        return report;
    }

    private static int Right(Recognizer recognizer, int threads) =>
        recognizer.Accepts(recognizer.Strings, threads).Where((accepts, i) => accepts == i < recognizer.Accepted.Length).Count();

    private static void Table(GalleryReport report, Recognizer recognizer, int threads)
    {
        string[] strings = recognizer.Strings;
        bool[] said = recognizer.Accepts(strings, threads);
        static string Word(bool accepts) => accepts ? "accept" : "reject";
        report.Add(Figure.All($"{recognizer.Name}: strings of the table", Right(recognizer, threads), strings.Length));
        report.Table($"{recognizer.Name}, from {recognizer.Begin}", ["string", "the lecture", "the network"],
            strings.Select((text, i) => (string[])[text, Word(i < recognizer.Accepted.Length), Word(said[i])]));
    }

    // What the table does not hold: another first state, and all strings of one length.
    private static void Beyond(GalleryReport report, Recognizer recognizer, int threads)
    {
        int right = Right(recognizer with { Begin = Origin }, threads);
        string[] all = [.. Enumerable.Range(0, 1 << Longest).Select(number => Convert.ToString(number, 2).PadLeft(Longest, '0'))];
        bool[] said = recognizer.Accepts(all, threads);
        int known = said.Where((accepts, i) => accepts == !all[i].Contains("000", StringComparison.Ordinal)).Count();
        report.Add(
            Figure.Reported($"{recognizer.Name}: table from (0, 0)", $"{right} of {recognizer.Strings.Length}"),
            Figure.Reported($"{recognizer.Name}: all strings of length {Longest}", $"{known} of {all.Length}"));
    }

    private static void States(GalleryReport report, int index, GalleryContext context)
    {
        int symbols = context.Quick ? 10_000 : 100_000;
        Recognizer recognizer = Neighbours[index];
        void Progress(string what, double part) => context.Report($"{recognizer.Name}: {what}", (index + part) / Neighbours.Length);
        HashSet<(int X, int Y)> any = Reached(recognizer, symbols, context, inLanguage: false,
            part => Progress("random symbols", part / 2));
        HashSet<(int X, int Y)> inside = Reached(recognizer, symbols, context, inLanguage: true,
            part => Progress("without 000", (1 + part) / 2));
        string over = $"states on a grid of {Figure.Text(Grid)} over {Figure.Text((double)symbols * context.Seeds)}";
        report.Add(
            Figure.Reported($"{recognizer.Name}: {over} random symbols", $"{any.Count}"),
            Figure.Reported($"{recognizer.Name}: {over} symbols without 000", $"{inside.Count}"));

        double[] p = recognizer.P;
        var plane = new PlaneChart((-1.2, 1.2), (-1.2, 1.2)) { Title = recognizer.Name, XLabel = "first unit", YLabel = "second unit" };
        plane.Regions(["rejects", "accepts"], (x, y) => p[0] + p[1] * x + p[2] * y > 0 ? 1 : 0);
        plane.Points("random symbols", any.Select(state => (state.X * Grid, state.Y * Grid)));
        plane.Trajectory("the string 10010", recognizer.Path("10010"));
        plane.Points("without 000", inside.Select(state => (state.X * Grid, state.Y * Grid)));
        foreach (int symbol in new[] { 0, 1 })
        {
            FixedPlace place = recognizer.FixedPoint(symbol);
            plane.Fixed($"{symbol}, {symbol}, {symbol}, …", (place.X, place.Y), place.Attracts, place.Eigenvectors);
        }

        report.Picture($"states-{index + 1}",
            $"{recognizer.Name}: {any.Count} states that random symbols lead to, {inside.Count} without 000", plane);
    }

    // States after each of many random symbols, one sequence for each seed; where it stays in the language, two 0 are followed by a 1.
    private static HashSet<(int X, int Y)> Reached(
        Recognizer recognizer, int symbols, GalleryContext context, bool inLanguage, Action<double> progress)
    {
        var states = new HashSet<(int X, int Y)>();
        using Model model = recognizer.Open(context.Threads);
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            using Session session = model.Open(new SessionOptions { Steps = Chunk, CarryState = true, Results = ["states"] });
            session.State[0].Set([recognizer.Begin.X, recognizer.Begin.Y]);
            session.Input("lengths").Write<int>()[0] = Chunk;
            var random = new RandomStream((ulong)seed);
            int zeros = 0;
            for (int start = 0; start < symbols; start += Chunk)
            {
                progress((seed - 1 + (double)start / symbols) / context.Seeds);
                Span<int> given = session.Input("symbols").Write<int>();
                for (int t = 0; t < Chunk; t++)
                {
                    given[t] = inLanguage && zeros == 2 ? 1 : random.NextInt32(2);
                    zeros = given[t] == 0 ? zeros + 1 : 0;
                }

                session.Run();
                ReadOnlySpan<double> h = session.Output("states").Read<double>();
                for (int t = 0; t < Chunk; t++)
                    states.Add(((int)Math.Round(h[2 * t] / Grid), (int)Math.Round(h[2 * t + 1] / Grid)));
            }
        }

        return states;
    }
}
