using System.Globalization;
using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Generation;
using RnnJit.Metrics;
using RnnJit.Networks;
using RnnJit.Training;
using static RnnJit.Gallery.Systems.TransliterationModel;

namespace RnnJit.Gallery.Systems;

/// <summary>Arabic names in Latin letters: an encoder, and a decoder that attends to it.</summary>
internal sealed class TransliterationSystem : IGallerySystem
{
    private const int Width = 5, BatchSize = 32;

    public SystemFacts Facts { get; } = new(
        "transliteration", "many to many, unaligned", "an encoder and a decoder with attention write Arabic names in Latin letters; beam search",
        "lectures A and E, sequence to sequence", "22 % of characters wrong; letter by letter 30 %")
    {
        Data = new DataSet("Arabic to English transliteration", "translit", "github.com/google/transliteration", "Apache-2.0"),
    };

    public GalleryReport Run(GalleryContext context)
    {
        (string Source, string Target)[] Read(string file, int made, int seed) => context.Data is null ? Made(made, (ulong)seed)
            : [.. File.ReadLines(Path.Combine(context.Data, "translit", file)).Select(line => line.Split('\t')).Select(cells => (cells[0], cells[1]))];
        (string Source, string Target)[] all = Read("ar2en-train.txt", 3000, 1), test = Read("ar2en-eval.txt", 300, 2);
        (string Source, string Target)[] train = [.. all.Where((_, i) => i % 20 != 19)], held = [.. all.Where((_, i) => i % 20 == 19)];
        var letters = TokenVocabulary.Characters(train.Select(pair => pair.Source));
        var latin = TokenVocabulary.Characters(train.Select(pair => pair.Target));
        var (report, map, epochs) = (new GalleryReport(), new LetterMap(train), context.Quick ? 3 : 24);
        var curve = new LineChart { Title = "Names held back, greedy", XLabel = "epoch", YLabel = "share of characters wrong", Markers = true };
        double worst = 0, exact = 1, greedy = 0;
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            using var model = new Model(Network(letters.Count, latin.Count), new ModelOptions { Seed = (ulong)seed, Threads = context.Threads });
            var rate = new CosineRate(context.Quick ? 4e-3 : 2e-3, Rows(train).Count * epochs);
            using var trainer = new Trainer(model, new TrainerOptions { LearningRate = rate });
            FitResult fit = Fit.Run(trainer, Rows(train).Shuffled((ulong)seed).Bucketed(), new FitOptions
            {
                Epochs = epochs, KeepBest = true, Validate = () => ErrorRate(held, Write(model, held, 1)),
                Progress = new TrainingReports(context, $"seed {seed}", seed - 1, context.Seeds),
            });
            curve.Add($"seed {seed}", [.. fit.Epochs.Select(epoch => (double)epoch.Epoch)], [.. fit.Epochs.Select(epoch => epoch.Measure)]);
            Hypothesis[] found = Write(model, test, Width);
            worst = Math.Max(worst, ErrorRate(test, found));
            exact = Math.Min(exact, Exact(test.Select(pair => pair.Target), found.Select(Text)));
            greedy = Math.Max(greedy, ErrorRate(test, Write(model, test, 1)));
            if (seed == 1)
                Describe(report, model, test, found, Text, map);
        }

        double letterByLetter = Wrong(test.Select(pair => pair.Target), test.Select(pair => map.Spell(pair.Source)));
        report.Add(context.Quick ? Figure.Below("characters wrong, test", letterByLetter, worst) : Figure.AtMost("characters wrong, test", 0.22, worst),
            Figure.Reported("characters wrong, test, greedy", Figure.Text(greedy)), Figure.Reported("names right, test", Figure.Percent(exact)),
            Figure.Reported("characters wrong, letter by letter", Figure.Text(letterByLetter)),
            Figure.Reported("names right, letter by letter", Figure.Percent(Exact(test.Select(pair => pair.Target), test.Select(pair => map.Spell(pair.Source))))));
        report.Picture("curve", $"{train.Length} pairs are trained on, {held.Length} held back", curve);
        return report;

        RowBatches<(string Source, string Target)> Rows((string Source, string Target)[] of) => Batches.Of(of, BatchSize)
            .Codes("source", pair => letters.EncodeText(pair.Source)).Lengths("lengths", of: "source")
            .Codes("given", pair => [TokenVocabulary.Start, .. latin.EncodeText(pair.Target)], axis: "S")
            .Codes("next", pair => [.. latin.EncodeText(pair.Target), TokenVocabulary.End], axis: "S").Lengths("written", of: "next");

        string Text(Hypothesis one) => latin.DecodeText(one.Tokens);

        Hypothesis[] Write(Model model, (string Source, string Target)[] pairs, int width) =>
            TransliterationModel.Write(model, [.. pairs.Select(pair => letters.EncodeText(pair.Source))], width);

        double ErrorRate((string Source, string Target)[] pairs, Hypothesis[] found) => Wrong(pairs.Select(pair => pair.Target), found.Select(Text));
    }

    private static double Wrong(IEnumerable<string> wanted, IEnumerable<string> found) =>
        EditDistance.TokenErrorRate<char>([.. wanted.Select(text => text.ToCharArray())], [.. found.Select(text => text.ToCharArray())]);

    private static double Exact(IEnumerable<string> wanted, IEnumerable<string> found) =>
        wanted.Zip(found).Average(pair => pair.First == pair.Second ? 1.0 : 0);

    // The attention of one name: a row for each letter that is written, a column for each that is read.
    private static HeatMap Attended(string source, Hypothesis one, string written)
    {
        string[] rows = [.. written.Select(letter => letter.ToString()), "end"], columns = [.. source.Select(letter => letter.ToString())];
        return new HeatMap(rows, columns, [.. one.Attention.SelectMany(map => map.Take(source.Length)).Select(share => (double)share)])
        {
            Title = $"Attention: {written}", YLabel = "written", XLabel = "read, first letter on the left", Width = 560, ShowValues = true,
        };
    }

    private static void Describe(GalleryReport report, Model model, (string Source, string Target)[] test, Hypothesis[] found,
        Func<Hypothesis, string> text, LetterMap map)
    {
        report.Table("Names of the test, seed 1", ["name", "wanted", "found", "ln p", "letter by letter"],
            test.Zip(found).Where((_, i) => i % (test.Length / 12) == 0).Select(pair => (string[])
            [
                pair.First.Source, pair.First.Target, text(pair.Second), pair.Second.LogProbability.ToString("0.00", CultureInfo.InvariantCulture),
                map.Spell(pair.First.Source),
            ]));
        int[] shown = [.. Enumerable.Range(0, test.Length)
            .Where(i => found[i].IsEnded && text(found[i]) == test[i].Target && test[i].Target.Length is > 5 and < 11).Take(2)];
        foreach (int i in shown)
        {
            report.Picture($"attention-{Array.IndexOf(shown, i) + 1}", $"Where the decoder looks while it writes '{test[i].Target}', seed 1",
                Attended(test[i].Source, found[i], test[i].Target));
        }

        report.Equations(CellRegistry.Find(typeof(BahdanauDecoder)));
        report.Kernels(model.Program);
    }
}
