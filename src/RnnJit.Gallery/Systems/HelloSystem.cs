using System.Globalization;
using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Generation;
using RnnJit.Networks;
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
        Codes(Word[..Steps]).CopyTo(session.Input("x").Write<int>());
        session.Run();
        float[] hidden = session.Output("hidden").Read<float>().ToArray(), scores = session.Output("scores").Read<float>().ToArray();
        static string Row(IEnumerable<float> numbers) =>
            string.Join("  ", numbers.Select(number => number.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(5)));
        report.Table("Each step of seed 1",
            ["step", "input", "one-hot", "hidden", $"scores ({string.Join(", ", Alphabet.ToCharArray())})", "target"],
            Enumerable.Range(0, Steps).Select(t => (string[])
            [
                $"{t + 1}", Word[t].ToString(), string.Join(' ', Alphabet.Select(letter => letter == Word[t] ? 1 : 0)),
                Row(hidden[(t * Units)..((t + 1) * Units)]),
                Row(scores[(t * Alphabet.Length)..((t + 1) * Alphabet.Length)]), Word[t + 1].ToString(),
            ]));
        report.Picture("scores", "Scores of seed 1, a row for each input", new HeatMap(
            [.. Word[..Steps].Select((letter, t) => $"{t + 1}: {letter}")], [.. Alphabet.Select(letter => letter.ToString())],
            [.. scores.Select(score => (double)score)])
        {
            Title = "Scores of the next character",
            ShowValues = true,
            Width = 460,
            RowHeight = 40,
            YLabel = "input",
            XLabel = "next " + "character",
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
        int[] prompt = Codes(Word[..1]);
        int end = Code(Word[^1]);
        string Text(Hypothesis one) => Word[0] + string.Concat(one.Tokens.Select(code => Alphabet[code])) + (one.IsEnded ? Word[^1] : "");
        TokenGenerator Generator(Session session) => new(session, "x", "scores");
        const int Draws = 3, Width = 3, Longest = 8;
        var drawn = new GenerationOptions { Prompt = prompt, End = end, MostTokens = Longest };
        using Session one = model.Open(new SessionOptions { Results = ["scores"], CarryState = true });
        List<string[]> rows = [["argmax", Text(Generator(one).Generate(drawn with { Temperature = 0 })[0])]];
        using Session several = model.Open(new SessionOptions { Batch = Draws, Results = ["scores"], CarryState = true });
        rows.AddRange(Generator(several).Generate(drawn).Select((sample, i) => (string[])[$"sample {i + 1}", Text(sample)]));
        several.State.Reset();
        var best = new BeamOptions { Prompt = prompt, End = end, Width = Width, LengthPenalty = 0, MostTokens = Longest };
        rows.AddRange(Generator(several).Beam(best)[0].Select((kept, i) => (string[])[$"beam of {Width}, place {i + 1}",
            $"{Text(kept)}   ln p = {kept.LogProbability.ToString("0.000", CultureInfo.InvariantCulture)}"]));
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
