using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Generation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;
using static RnnJit.Rnn;

namespace RnnJit.Gallery.Systems;

/// <summary>Names written letter by letter from a language, which is the first state of the layer or stands beside each letter.</summary>
internal sealed class WriterSystem : IGallerySystem
{
    private const int Longest = 20;

    // The input by which the network gets the language: none, the initial state, or every step's input.
    private enum Place { Nowhere, Start, Steps }

    private static readonly (Place Place, string Name)[] Forms =
        [(Place.Nowhere, "no language"), (Place.Start, "language as first state"), (Place.Steps, "language beside each letter")];

    public SystemFacts Facts { get; } = new(
        "writer", "one to many", "surnames written from a language, given as first state or at each step", "generation of names by letters",
        "a model of names that does not know the language")
    { Data = NameSplit.Source };

    public GalleryReport Run(GalleryContext context)
    {
        var (names, epochs) = (NameSplit.Of(context.Data), context.Quick ? context.Data is null ? 12 : 2 : 12);
        var letters = TokenVocabulary.Characters(names.Train.Select(row => row.Name));
        var report = new GalleryReport();
        var chart = new LineChart { Title = "Development names, seed 1", XLabel = "epoch", YLabel = "nats per letter", Height = 360 };
        var bars = new BarChart(names.Languages) { Title = "Test names, seed 1", YLabel = "nats per letter", Width = 1000 };
        var found = Forms.ToDictionary(form => form.Place, _ => new List<double>());
        var written = new List<string[]>();
        for (int run = 0; run < Forms.Length * context.Seeds; run++)
        {
            var ((place, name), seed) = (Forms[run % Forms.Length], 1 + run / Forms.Length);
            var options = new ModelOptions { Seed = (ulong)seed, Threads = context.Threads };
            using var model = new Model(Network(place, letters.Count, names.Languages.Length, context.Data is null ? 32 : 128), options);
            RowBatches<NameRow> batches = Inputs(place, names.Train, 64, letters).Shuffled((ulong)seed).Bucketed();
            var falling = new CosineRate(4e-3, epochs * batches.Count);
            using var trainer = new Trainer(model, new TrainerOptions { LearningRate = falling });
            FitResult fit = Fit.Run(trainer, batches, new FitOptions
            {
                Epochs = epochs, KeepBest = true, Validate = () => Nats(model, place, names.Development, letters),
                Progress = new TrainingReports(context, $"{name}, seed {seed}", run, Forms.Length * context.Seeds),
            });
            found[place].Add(Nats(model, place, names.Test, letters));
            if (seed > 1)
                continue;
            chart.Add(name, [.. fit.Epochs.Select(epoch => epoch.Measure)]);
            bars.Add(name, [.. names.Languages.Select((_, language) =>
                Nats(model, place, [.. names.Test.Where(row => row.Language == language)], letters))]);
            written.AddRange(Samples(model, place, names, letters).Select((text, i) =>
                (string[])[place == Place.Nowhere ? "" : names.Languages[i], name, text]));
            if (place == Place.Start)
                report.Kernels(trainer.Differentiated);
        }

        Figures(report, found);
        report.Table("Names of seed 1, drawn at temperature 0.7", ["language", "network", "names"], written.OrderBy(row => row[0]));
        report.Picture("loss", "Loss after each epoch; the epoch with the least one is tested", chart);
        report.Picture("languages", "Loss for each language", bars);
        report.Equations(CellRegistry.Find(typeof(Gru)));
        return report;
    }

    private static void Figures(GalleryReport report, Dictionary<Place, List<double>> found)
    {
        double without = found[Place.Nowhere].Min();
        foreach (var (place, name) in Forms.Skip(1))
            report.Add(Figure.Below($"nats per letter of test names, {name}, largest of all seeds", without, found[place].Max()));
        foreach (var (place, name) in Forms)
            report.Add(Figure.Reported($"mean of all seeds, {name}", Figure.Text(found[place].Average())));
    }

    private static NetworkBuilder Network(Place place, int letters, int languages, int units)
    {
        var net = new NetworkBuilder("Writer");
        Indices x = net.Indices("x", "T", "B"), next = net.Indices("next", "T", "B"), lengths = net.Lengths("lengths", "B");
        Dim hidden = net.Size("H", units), count = net.Size("C", languages), codes = net.Size("V", letters);
        Value input = net.Embedding("embedding", x, codes, net.Size("E", units / 2));
        var given = new Dictionary<string, Value>();
        if (place == Place.Start)
            given["h"] = Tanh(net.Dense("start", OneHot(net.Indices("language", "B"), count), hidden));
        if (place == Place.Steps)
            input = Concat(input, net.Embedding("beside", net.Indices("languages", "T", "B"), count, net.Size("N", units / 4)));
        Value h = net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), input, hidden, new RecurrentOptions { Given = given }).Output;
        Value scores = net.Output("scores", net.Dense("head", net.Dropout("dropout", h, 0.2), codes));
        Value counts = net.StepsOf(lengths, scores);
        Value total = net.Named("total", Total(CrossEntropy(scores, next) * counts));
        net.Output("loss", total / Total(counts));
        return net;
    }

    private static RowBatches<NameRow> Inputs(Place place, NameRow[] rows, int size, TokenVocabulary letters)
    {
        var batches = Batches.Of(rows, size).Codes("x", row => letters.EncodeText(row.Name, ends: true)[..^1])
            .Codes("next", row => letters.EncodeText(row.Name, ends: true)[1..]).Lengths("lengths", of: "x");
        return place switch
        {
            Place.Start => batches.Label("language", row => row.Language),
            Place.Steps => batches.Codes("languages", row => [.. Enumerable.Repeat(row.Language, letters.EncodeText(row.Name).Length + 1)]),
            _ => batches,
        };
    }

    // The end of a name is predicted too.
    private static double Nats(Model model, Place place, NameRow[] rows, TokenVocabulary letters)
    {
        if (rows.Length == 0)
            return double.NaN;
        using var evaluator = new Evaluator(model, "total");
        Session run = evaluator.Run(Inputs(place, rows, rows.Length, letters).Epoch(0).Single());
        return run.Output("total").Read<float>()[0] / rows.Sum(row => letters.EncodeText(row.Name).Length + 1);
    }

    // Some names of each language, or of none.
    private static IEnumerable<string> Samples(Model model, Place place, NameSplit names, TokenVocabulary letters)
    {
        const int Each = 6;
        int[] languages = [.. Enumerable.Range(0, place == Place.Nowhere ? Each : names.Languages.Length * Each).Select(row => row / Each)];
        using Session session = model.Open(new SessionOptions
        {
            Batch = languages.Length, Results = ["scores"], Given = place == Place.Start ? ["layer.h0"] : [],
        });
        session.Input("lengths").Write<int>().Fill(1);
        if (place == Place.Steps)
            languages.CopyTo(session.Input("languages").Write<int>());
        if (place == Place.Start)
        {
            using Session start = model.Open(new SessionOptions { Batch = languages.Length, Results = ["layer.h0"] });
            languages.CopyTo(start.Input("language").Write<int>());
            start.Run();
            session.State["layer.h0"].CopyFrom(start.Output("layer.h0"));
        }

        Hypothesis[] found = new TokenGenerator(session, "x").Generate(new GenerationOptions
        {
            Prompt = [TokenVocabulary.Start], End = TokenVocabulary.End, MostTokens = Longest, Temperature = 0.7,
            Banned = [TokenVocabulary.Padding, TokenVocabulary.Unknown, TokenVocabulary.Start],
        });
        return found.Select(one => letters.DecodeText(one.Tokens)).Chunk(Each).Select(some => string.Join(", ", some));
    }
}
