using System.Globalization;
using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Networks;
using RnnJit.Randomness;
using static RnnJit.Gallery.Systems.HelloModel;

namespace RnnJit.Gallery.Systems;

/// <summary>A character model over h, e, l and o that learns the word hello.</summary>
internal sealed class HelloSystem : IGallerySystem
{
    public SystemFacts Facts { get; } = new(
        "hello", "one to many", "a character model that learns hello, and ways to let it write: sampling, argmax, beam",
        "lecture E, character models", "4 of 4; 3 of 4 without memory");

    public GalleryReport Run(GalleryContext context)
    {
        int updates = context.Quick ? 200 : 1000;
        var histories = new List<double[]>();
        int taught = 0, alone = 0;
        var report = new GalleryReport();
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            using var model = new Model(Network(), new ModelOptions { Seed = (ulong)seed, Threads = context.Threads });
            histories.Add(Train(model, updates, done => context.Report("training", (seed - 1 + done) / context.Seeds)));
            taught += Right(Predict(model, fed: true));
            alone += Right(Predict(model, fed: false));
            if (seed == 1)
            {
                Describe(report, model);
                report.Kernels(model.Program);
            }
        }

        report.Add(
            Figure.All("characters right, fed the word (teacher forcing)", taught, Steps * context.Seeds),
            Figure.All("characters right, fed its own answers (student forcing)", alone, Steps * context.Seeds),
            Figure.Reported("best answers without memory", $"{BestWithoutMemory()} of {Steps}"));
        report.Picture("loss", "Training on the word, fed the word", Curve(histories));
        report.Equations(CellRegistry.Find(typeof(Elman)));
        return report;
    }

    // For each character the answer that is right most often.
    private static int BestWithoutMemory() =>
        Word[..Steps].Zip(Word[1..]).GroupBy(pair => pair.First)
            .Sum(answers => answers.GroupBy(pair => pair.Second).Max(same => same.Count()));

    private static int Right(int[] answers) => answers.Zip(Word[1..], (answer, letter) => answer == Code(letter)).Count(right => right);

    private static void Describe(GalleryReport report, Model model)
    {
        using Session session = model.Open(new SessionOptions { Steps = Steps, Results = ["hidden", "scores"] });
        OneHot([.. Word[..Steps].Select(Code)]).CopyTo(session.Input("x").Write<float>());
        session.Run();
        float[] hidden = session.Output("hidden").Read<float>().ToArray(), scores = session.Output("scores").Read<float>().ToArray();
        static string Row(IEnumerable<float> numbers) =>
            string.Join("  ", numbers.Select(number => number.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(5)));
        report.Table("Each step of seed 1",
            ["step", "input", "one-hot", "hidden", $"scores ({string.Join(", ", Alphabet.ToCharArray())})", "target"],
            Enumerable.Range(0, Steps).Select(t => (string[])
            [
                $"{t + 1}", Word[t].ToString(), string.Join(' ', OneHot([Code(Word[t])])), Row(hidden[(t * Units)..((t + 1) * Units)]),
                Row(scores[(t * Alphabet.Length)..((t + 1) * Alphabet.Length)]), Word[t + 1].ToString(),
            ]));
        report.Picture("scores", "Scores of seed 1, a row for each input", new HeatMap(
            [.. Word[..Steps].Select((letter, t) => $"{t + 1}: {letter}")], [.. Alphabet.Select(letter => letter.ToString())],
            [.. scores.Select(score => (double)score)])
        {
            Title = "Scores of the next character", ShowValues = true, Width = 460, RowHeight = 40, YLabel = "input", XLabel = "next "
                + "character",
        });
        for (int unit = 0; unit < Units; unit++)
        {
            double[] activity = [.. Enumerable.Range(0, Steps).Select(t => (double)hidden[t * Units + unit])];
            string[] letters = [.. Word[..Steps].Select(letter => letter.ToString())];
            report.Coloured($"Hidden unit {unit + 1} at each character of seed 1", new ColouredText(letters, activity));
        }

        Write(report, model);
    }

    private static void Write(GalleryReport report, Model model)
    {
        var search = new SequenceSearch(beginning => Next(model, beginning), last: Code('o'), longest: 8);
        static string Text(int[] codes) => string.Concat(codes.Select(code => Alphabet[code]));
        var random = new RandomStream(1);
        int[] first = [Code('h')];
        List<string[]> rows = [["argmax", Text(search.Greedy(first))]];
        rows.AddRange(Enumerable.Range(1, 3).Select(i => (string[])[$"sample {i}", Text(search.Sample(first, random))]));
        rows.AddRange(search.Beam(first, width: 3).Select((kept, i) =>
            (string[])[$"beam of 3, place {i + 1}",
                $"{Text(kept.Symbols)}   ln p = {kept.Score.ToString("0.000", CultureInfo.InvariantCulture)}"]));
        report.Table("What seed 1 writes behind h, up to o", ["by", "text"], rows);
    }

    private static LineChart Curve(IReadOnlyList<double[]> histories)
    {
        var chart = new LineChart { Title = "Loss on hello", XLabel = "update", YLabel = "nats per character", LogY = true, Height = 360 };
        double[] updates = [.. Enumerable.Range(1, histories[0].Length).Select(i => (double)i)];
        double[] Of(Func<IEnumerable<double>, double> choose) =>
            [.. updates.Select((_, i) => choose(histories.Select(history => history[i])))];
        string name = histories.Count > 1 ? $"mean of {histories.Count} seeds" : "seed 1";
        chart.AddBand(name, updates, Of(Enumerable.Average), Of(Enumerable.Min), Of(Enumerable.Max));
        return chart;
    }
}
