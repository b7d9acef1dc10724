using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Metrics;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Systems;

/// <summary>Part-of-speech tagging: a BiLSTM over words, each a vector beside one that a BiLSTM makes of its characters.</summary>
internal sealed class TaggingSystem : ITrainedSystem
{
    public SystemFacts Facts { get; } = new(
        "tagging", "many to many, aligned", "a bidirectional LSTM over words and their characters finds parts of speech; three merges",
        "lecture B, bidirectional networks", "91 % on EWT; the most frequent tag of each word, 85 %")
    {
        Data = new DataSet("UD English EWT and ParTUT", "ud", "universaldependencies.org", "CC BY-SA 4.0 and CC BY-NC-SA 4.0"),
    };

    public GalleryReport Run(GalleryContext context)
    {
        var (report, data) = (new GalleryReport(), TaggingData.Read(context));
        var curve = new LineChart { Title = "Accuracy on sentences held back", XLabel = "epoch", YLabel = "accuracy", Markers = true };
        Merge[] merges = context.Quick ? [Merge.Concat, Merge.Sum] : [Merge.Concat, Merge.Sum, Merge.Product];
        int trained = 0, trainings = merges.Length + context.Seeds;
        Model Train(string name, Merge merge, int seed, int epochs, out double best)
        {
            SystemTraining training = Training(data, merge, (ulong)seed);
            var model = new Model(training.Network, new ModelOptions { Seed = (ulong)seed, Threads = context.Threads });
            using var trainer = new Trainer(model, new TrainerOptions { LearningRate = training.Rate });
            using var evaluator = new Evaluator(model, "best");
            FitResult fit = Fit.Run(trainer, training.Batches, new FitOptions
            {
                Epochs = epochs, HigherIsBetter = true, KeepBest = true, Validate = () => Tag(evaluator, data, data.Held).Counts.Accuracy,
                Progress = new TrainingReports(context, name, trained++, trainings),
            });
            curve.Add(name, [.. fit.Epochs.Select(epoch => (double)epoch.Epoch)], [.. fit.Epochs.Select(epoch => epoch.Measure)]);
            best = fit.Best.Measure;
            return model;
        }

        var brief = new double[merges.Length];
        for (int i = 0; i < merges.Length; i++)
            Train($"{merges[i]}, short", merges[i], 1, context.Quick ? 1 : 3, out brief[i]).Dispose();
        Merge chosen = merges[Array.IndexOf(brief, brief.Max())];
        double[] lookup = [.. data.Tests.Select(test => TaggedSentence.Lookup(data.Train, test.Of))], least = [1, 1];
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            using Model model = Train($"{chosen}, seed {seed}", chosen, seed, context.Quick ? 3 : 14, out _);
            using var evaluator = new Evaluator(model, "best");
            var found = data.Tests.Select(test => Tag(evaluator, data, test.Of)).ToArray();
            least = [.. least.Zip(found, (before, now) => Math.Min(before, now.Counts.Accuracy))];
            if (seed == 1)
                data.Describe(report, curve, found[0].Counts, found[0].Best, model.Program);
        }

        report.Add(context.Quick ? Figure.Above("EWT, test", lookup[0], least[0]) : Figure.AtLeast("EWT, test", 0.91, least[0]),
            Figure.Above("ParTUT, test", lookup[1], least[1]), Figure.Reported("most frequent tag of a word, EWT", Figure.Text(lookup[0])));
        report.Add([.. merges.Zip(brief, (merge, best) => Figure.Reported($"{merge}, held back, short run", Figure.Text(best)))]);
        return report;
    }

    /// <summary>The training with the directions side by side.</summary>
    public SystemTraining Training(GalleryContext context, ulong seed) => Training(TaggingData.Read(context), Merge.Concat, seed);

    private static SystemTraining Training(TaggingData data, Merge merge, ulong seed) =>
        new(Network(merge, data), data.Rows(data.Train, 16).Shuffled(seed).Bucketed(), new ConstantRate(3e-3));

    // A word is unknown with probability 0.15: noise in (−1, 1) is below 2 · 0.15 − 1, which 0, its value outside training, is not.
    private static NetworkBuilder Network(Merge merge, TaggingData data)
    {
        var (net, lstm) = (new NetworkBuilder("Tagger"), CellRegistry.Find(typeof(Lstm)));
        Value table = net.Parameter("words.table", "uniform", data.Words.Count, 64), noise = net.UniformNoise("forgotten", "T", "B", 1);
        Value word = Rnn.Gather(new Matrix(table), net.Indices("words", "T", "B"));
        word = Rnn.Select(Rnn.Less(noise, (2 * 0.15) - 1), Rnn.Slice(table, 0, TokenVocabulary.Unknown, 1), word);
        Value letter = net.Embedding("letter", net.Indices("letters", "C", "W"), data.Letters.Count, 32);
        RecurrentLayer spelling = net.Recurrent("spelling", lstm, letter, net.Size("K", 48),
            new RecurrentOptions { Direction = Direction.Both, Lengths = net.Lengths("letterCounts", "W") });
        Value spelled = Rnn.Gather(new Matrix(spelling.Last), net.Indices("places", "T", "B"));
        Indices lengths = net.Lengths("lengths", "B"), tags = net.Indices("tags", "T", "B");
        Value h = net.Recurrent("layer", lstm, net.Dropout("read", Rnn.Concat(word, spelled), 0.4), net.Size("H", 100),
            new RecurrentOptions { Direction = Direction.Both, Merge = merge });
        Value y = net.Output("scores", net.Dense("head", net.Dropout("kept", h, 0.4), data.Tags.Count)), steps = net.StepsOf(lengths, y);
        net.Named("best", Rnn.ArgMax(y).Tensor);
        net.Output("loss", Rnn.Total(Rnn.CrossEntropy(y, tags) * steps) / Rnn.Total(steps));
        return net;
    }

    private static (ConfusionMatrix Counts, int[][] Best) Tag(Evaluator evaluator, TaggingData data, TaggedSentence[] of)
    {
        int[][] Rows(Batch batch, ReadOnlyMemory<int> codes) => Padding.CodeRows(
            BatchInput.Of(codes, codes.Length / batch.Rows, batch.Rows), batch.Inputs["lengths"].Integers.ToArray());
        int[] Best(Batch batch) => evaluator.Run(batch).Output("best").Read<int>().ToArray();
        int[][] best = [.. data.Rows(of, 16).Epoch(0).SelectMany(batch => Rows(batch, Best(batch)))];
        return (Confusion.Of(of.SelectMany(one => data.Tags.Encode(one.Tags)), best.SelectMany(codes => codes), data.Tags.Count), best);
    }
}
