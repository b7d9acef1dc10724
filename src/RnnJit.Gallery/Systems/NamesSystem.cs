using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Metrics;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Systems;

/// <summary>The language of a name: an LSTM over its letters in both directions, the maximum over time, a score for each.</summary>
internal sealed class NamesSystem : ITrainedSystem
{
    public SystemFacts Facts { get; } = new(
        "names", "many to one", "the language of a surname from its letters, beside naive Bayes", "classification of names by letters",
        "naive Bayes over 4-grams: accuracy .818, macro F1 .545; the most frequent language: .519")
    { Data = NameSplit.Source };

    public GalleryReport Run(GalleryContext context)
    {
        var (names, epochs) = (NameSplit.Of(context.Data), Epochs(context));
        var (letters, languages) = (Letters(names), names.Languages.Length);
        ConfusionMatrix Count(NameRow[] rows, int[] answers) => Confusion.Of(rows.Select(row => row.Language), answers, languages);
        var (report, seeds, best) = (new GalleryReport(), new List<ConfusionMatrix>(), new List<double>());
        var chart = new LineChart { Title = "Accuracy on development names", XLabel = "epoch", YLabel = "share", Height = 360 };
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            var options = new ModelOptions { Seed = (ulong)seed, Threads = context.Threads };
            SystemTraining training = Training(context, names, (ulong)seed);
            using var model = new Model(training.Network, options);
            using var trainer = new Trainer(model, new TrainerOptions { LearningRate = training.Rate });
            FitResult fit = Fit.Run(trainer, training.Batches, new FitOptions
            {
                Epochs = epochs, HigherIsBetter = true, KeepBest = true,
                Validate = () => Count(names.Development, Answers(model, names.Development, letters)).Accuracy,
                Progress = new TrainingReports(context, $"seed {seed}", seed - 1, context.Seeds),
            });
            chart.Add($"seed {seed}", [.. fit.Epochs.Select(epoch => epoch.Measure)]);
            int[] answers = Answers(model, names.Test, letters);
            (seeds, best) = ([.. seeds, Count(names.Test, answers)], [.. best, fit.Best.Measure]);
            if (seed > 1)
                continue;
            report.Table("Every 75th test name, by the network of seed 1", ["name", "language", "answer"], names.Test.Select((row, i) =>
                (string[])[row.Name, names.Languages[row.Language], names.Languages[answers[i]]]).Where((_, i) => i % 75 == 0));
            report.Kernels(trainer.Differentiated);
        }

        var bayes = new NaiveBayes(names.Train.Select(row => (row.Name, row.Language)), languages, longest: 4);
        ConfusionMatrix Counted(NameRow[] rows, double added) => Count(rows, [.. rows.Select(row => bayes.Best(row.Name, added))]);
        double smoothing = ((double[])[0.01, 0.03, 0.1, 0.3, 1]).MaxBy(added => Counted(names.Development, added).Accuracy);
        var (plain, known) = (Counted(names.Test, smoothing), Counted(names.Development, smoothing).Accuracy);
        int most = names.Train.CountBy(row => row.Language).MaxBy(pair => pair.Value).Key;
        report.Add(
            Figure.Above("accuracy on test names, least of all seeds", plain.Accuracy, seeds.Min(found => found.Accuracy)),
            Figure.Above("macro F1 on test names, least of all seeds", plain.MacroF1, seeds.Min(found => found.MacroF1)),
            Figure.Reported("mean accuracy on development names", Figure.Text(best.Average())),
            Figure.Reported("mean accuracy of all seeds", Figure.Text(seeds.Average(found => found.Accuracy))),
            Figure.Reported("mean macro F1 of all seeds", Figure.Text(seeds.Average(found => found.MacroF1))),
            Figure.Reported("share of the most frequent language", Figure.Text(names.Test.Average(row => row.Language == most ? 1.0 : 0))));
        chart.Add("naive Bayes", [1, epochs], [known, known]);
        report.Picture("accuracy", $"The best epoch is tested; naive Bayes adds {Figure.Text(smoothing)} to its counts", chart);
        report.Picture("confusion", "Answers of seed 1, shares of each language", Confusion.Picture(seeds[0], names.Languages));
        report.Equations(CellRegistry.Find(typeof(Lstm)));
        return report;
    }

    public SystemTraining Training(GalleryContext context, ulong seed) => Training(context, NameSplit.Of(context.Data), seed);

    internal static NetworkBuilder Network(int letters, int languages, int units)
    {
        var net = new NetworkBuilder("Names");
        Indices name = net.Indices("letters", "T", "B"), language = net.Indices("language", "B"), lengths = net.Lengths("lengths", "B");
        Value x = net.Embedding("embedding", name, net.Size("V", letters), net.Size("E", units / 2));
        var both = new RecurrentOptions { Direction = Direction.Both };
        Value h = net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", units), both).Output;
        Value scores = net.Output("scores", net.Dense("head", Rnn.MaxOverTime(h, lengths), net.Size("C", languages)));
        net.Output("loss", Loss.SoftmaxCrossEntropy(scores, language));
        return net;
    }

    private static SystemTraining Training(GalleryContext context, NameSplit names, ulong seed)
    {
        TokenVocabulary letters = Letters(names);
        RowBatches<NameRow> batches = Inputs(names.Train, 64, letters).Shuffled(seed).Bucketed();
        return new SystemTraining(Network(letters.Count, names.Languages.Length, context.Data is null ? 24 : 128), batches,
            new CosineRate(1e-2, Epochs(context) * batches.Count));
    }

    private static int Epochs(GalleryContext context) => context.Data is null ? 30 : context.Quick ? 2 : 8;

    private static TokenVocabulary Letters(NameSplit names) => TokenVocabulary.Characters(names.Train.Select(row => row.Name));

    private static RowBatches<NameRow> Inputs(NameRow[] rows, int size, TokenVocabulary letters) => Batches.Of(rows, size)
        .Codes("letters", row => letters.EncodeText(row.Name)).Lengths("lengths", of: "letters").Label("language", row => row.Language);

    private static int[] Answers(Model model, NameRow[] rows, TokenVocabulary letters)
    {
        using var evaluator = new Evaluator(model, "scores");
        float[] scores = evaluator.Run(Inputs(rows, rows.Length, letters).Epoch(0).Single()).Output("scores").Read<float>().ToArray();
        return [.. scores.Chunk(scores.Length / rows.Length).Select(row => Array.IndexOf(row, row.Max()))];
    }
}
