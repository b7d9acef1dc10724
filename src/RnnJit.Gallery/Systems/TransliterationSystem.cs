using System.Globalization;
using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Generation;
using RnnJit.Metrics;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Systems;

/// <summary>Arabic names in Latin letters: an encoder, and a decoder that attends to it.</summary>
internal sealed class TransliterationSystem : ITrainedSystem
{
    private const int Width = 5;

    public SystemFacts Facts { get; } = new(
        "transliteration", "many to many, unaligned", "an encoder and a decoder with attention write Arabic names in Latin letters; beam",
        "lectures A and E, sequence to sequence", "22 % of the characters wrong; letter by letter 29 %")
    {
        Data = new DataSet("Arabic to English transliteration", "translit", "github.com/google/transliteration", "Apache-2.0"),
    };

    public GalleryReport Run(GalleryContext context)
    {
        var (report, names) = (new GalleryReport(), Names.Read(context));
        var curve = new LineChart { Title = "Names held back, greedy", XLabel = "epoch", YLabel = "characters wrong", Markers = true };
        double beam = 0, greedy = 0, right = 1;
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            using Model model = Train(names, context, seed, out FitResult fit);
            curve.Add($"seed {seed}", [.. fit.Epochs.Select(epoch => (double)epoch.Epoch)], [.. fit.Epochs.Select(epoch => epoch.Measure)]);
            Hypothesis[] found = names.Write(model, names.Test, Width);
            beam = Math.Max(beam, Wrong(names.Test, found.Select(names.Text)));
            greedy = Math.Max(greedy, Wrong(names.Test, names.Write(model, names.Test, 1).Select(names.Text)));
            right = Math.Min(right, Right(names.Test, found.Select(names.Text)));
            if (seed == 1)
                Describe(report, model, names, found);
        }

        string[] mapped = [.. names.Test.Select(pair => names.Map.Spell(pair.Source))];
        double letters = Wrong(names.Test, mapped);
        const string Own = "characters wrong, test";
        report.Add(context.Quick ? Figure.Below(Own, letters, beam) : Figure.AtMost(Own, 0.22, beam),
            Figure.Reported("characters wrong, test, greedy", Figure.Text(greedy)),
            Figure.Reported("names right, test", Figure.Percent(right)),
            Figure.Reported("characters wrong, letter by letter", Figure.Text(letters)),
            Figure.Reported("names right, letter by letter", Figure.Percent(Right(names.Test, mapped))));
        report.Picture("curve", $"{names.Train.Length} pairs are trained on, {names.Held.Length} held back", curve);
        return report;
    }

    public SystemTraining Training(GalleryContext context, ulong seed) => Training(context, Names.Read(context), seed);

    private static SystemTraining Training(GalleryContext context, Names names, ulong seed)
    {
        RowBatches<(string Source, string Target)> batches = names.Rows(names.Train, 32).Shuffled(seed).Bucketed();
        return new SystemTraining(TransliterationModel.Network(names.Letters.Count, names.Latin.Count), batches,
            new CosineRate(context.Quick ? 4e-3 : 2e-3, batches.Count * Epochs(context)));
    }

    private static int Epochs(GalleryContext context) => context.Quick ? 3 : 24;

    private static Model Train(Names names, GalleryContext context, int seed, out FitResult fit)
    {
        SystemTraining training = Training(context, names, (ulong)seed);
        var model = new Model(training.Network, new ModelOptions { Seed = (ulong)seed, Threads = context.Threads });
        using var trainer = new Trainer(model, new TrainerOptions { LearningRate = training.Rate });
        fit = Fit.Run(trainer, training.Batches, new FitOptions
        {
            Epochs = Epochs(context), KeepBest = true,
            Validate = () => Wrong(names.Held, names.Write(model, names.Held, 1).Select(names.Text)),
            Progress = new TrainingReports(context, $"seed {seed}", seed - 1, context.Seeds),
        });
        return model;
    }

    private static double Wrong((string Source, string Target)[] wanted, IEnumerable<string> found) => EditDistance.TokenErrorRate<char>(
        [.. wanted.Select(pair => pair.Target.ToCharArray())], [.. found.Select(text => text.ToCharArray())]);

    private static double Right((string Source, string Target)[] wanted, IEnumerable<string> found) =>
        wanted.Zip(found).Average(pair => pair.First.Target == pair.Second ? 1.0 : 0);

    private static void Describe(GalleryReport report, Model model, Names names, Hypothesis[] found)
    {
        (string Source, string Target)[] test = names.Test;
        report.Table("Names of the test, seed 1", ["name", "wanted", "found", "ln p", "letter by letter"],
            test.Zip(found).Where((_, i) => i % (test.Length / 12) == 0).Select(pair => (string[])
            [
                pair.First.Source, pair.First.Target, names.Text(pair.Second),
                pair.Second.LogProbability.ToString("0.00", CultureInfo.InvariantCulture), names.Map.Spell(pair.First.Source),
            ]));
        int[] shown = [.. Enumerable.Range(0, test.Length)
            .Where(i => found[i].IsEnded && names.Text(found[i]) == test[i].Target && test[i].Target.Length is > 5 and < 11).Take(2)];
        for (int n = 0; n < shown.Length; n++)
        {
            var (source, target) = test[shown[n]];
            report.Picture($"attention-{n + 1}", $"Where the decoder looks while it writes '{target}', seed 1",
                Attended(source, found[shown[n]], target));
        }

        report.Equations(CellRegistry.Find(typeof(BahdanauDecoder)));
        report.Kernels(model.Program);
    }

    // A row for each letter that is written, a column for each that is read.
    private static HeatMap Attended(string source, Hypothesis one, string written)
    {
        string[] rows = [.. written.Select(letter => letter.ToString()), "end"], columns = [.. source.Select(letter => letter.ToString())];
        return new HeatMap(rows, columns, [.. one.Attention.SelectMany(map => map.Take(source.Length)).Select(share => (double)share)])
        {
            Title = $"Attention: {written}", YLabel = "written", XLabel = "read, from the left", Width = 560, ShowValues = true,
        };
    }

    /// <summary>Pairs of names and their codes; every twentieth pair of the training file is held back.</summary>
    private sealed class Names
    {
        private Names((string Source, string Target)[] all, (string Source, string Target)[] test)
        {
            (Train, Held, Test) = ([.. all.Where((_, i) => i % 20 != 19)], [.. all.Where((_, i) => i % 20 == 19)], test);
            (Letters, Latin) = (TokenVocabulary.Characters(Train.Select(pair => pair.Source)),
                TokenVocabulary.Characters(Train.Select(pair => pair.Target)));
            Map = new LetterMap(Train);
        }

        public (string Source, string Target)[] Train { get; }

        public (string Source, string Target)[] Held { get; }

        public (string Source, string Target)[] Test { get; }

        public TokenVocabulary Letters { get; }

        public TokenVocabulary Latin { get; }

        public LetterMap Map { get; }

        public static Names Read(GalleryContext context)
        {
            (string, string)[] Of(string file, int made, ulong seed) => context.Data is null ? TransliterationModel.Made(made, seed)
                : TransliterationModel.Read(Path.Combine(context.Data, "translit", file));
            return new Names(Of("ar2en-train.txt", 3000, 1), Of("ar2en-eval.txt", 300, 2));
        }

        public string Text(Hypothesis one) => Latin.DecodeText(one.Tokens);

        public Hypothesis[] Write(Model model, (string Source, string Target)[] pairs, int width) =>
            TransliterationModel.Write(model, [.. pairs.Select(pair => Letters.EncodeText(pair.Source))], width);

        public RowBatches<(string Source, string Target)> Rows((string Source, string Target)[] of, int size) => Batches.Of(of, size)
            .Codes("source", pair => Letters.EncodeText(pair.Source)).Lengths("lengths", of: "source")
            .Codes("given", pair => [TokenVocabulary.Start, .. Latin.EncodeText(pair.Target)], axis: "S")
            .Codes("next", pair => [.. Latin.EncodeText(pair.Target), TokenVocabulary.End], axis: "S").Lengths("written", of: "next");
    }
}
