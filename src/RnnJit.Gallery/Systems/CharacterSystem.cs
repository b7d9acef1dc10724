using System.Globalization;
using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Systems;

/// <summary>A character model of a text: cells, layers, residual and dropout beside each other in short runs, one in a long run.</summary>
internal sealed class CharacterSystem : IGallerySystem
{
    private const string Prompt = "ROMEO:";
    private const int Shown = 700;

    private static readonly DataSet Source = new("tiny Shakespeare", "charlm/tinyshakespeare.txt",
        "github.com/karpathy/char-rnn, data/tinyshakespeare/input.txt", "public domain");

    public SystemFacts Facts { get; } = new(
        "charlm", "one to many", "a character model of Shakespeare, what it writes, and a unit that follows the text",
        "Karpathy 2015, The unreasonable effectiveness of recurrent neural networks", "1.56 nats per character, the last 5 % held out")
    { Data = Source };

    public GalleryReport Run(GalleryContext context)
    {
        CharacterText text = context.Data is null ? CharacterText.From(MadeText.Lines(1200), "made text")
            : CharacterText.Read(Path.Combine(context.Data, Source.File));
        var report = new GalleryReport();
        double shorts = context.Quick ? 0.4 : 0.15;
        Compare(report, text, context, shorts);
        CharacterOptions options = Long(context);
        var found = new List<double>();
        var chart = new LineChart { Title = "The long run, held-out text", XLabel = "update", YLabel = "nats per character" };
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            double before = shorts + (1 - shorts) * (seed - 1) / context.Seeds, part = (1 - shorts) / context.Seeds;
            using var training = new CharacterTraining(text, CellRegistry.Find(typeof(Gru)),
                options with { Seed = (ulong)seed, Staggered = false }, new ModelOptions { Threads = context.Threads });
            found.Add(Train(training, context, $"seed {seed}", before, part, points: 20));
            Add(chart, $"seed {seed}", training.History);
            if (seed > 1)
                continue;
            Describe(report, training, text);
            report.Kernels(training.Program);
        }

        Figures(report, text, options, context, found);
        report.Picture("loss", "Held-out loss while training", chart);
        report.Equations(CellRegistry.Find(typeof(Gru)));
        return report;
    }

    private static CharacterOptions Long(GalleryContext context) => context.Quick
        ? new CharacterOptions { Hidden = 64, Embedding = 16, Steps = 25, Batch = 16, Updates = 300, LearningRate = 5e-3 }
        : new CharacterOptions { Hidden = 512, Embedding = 128, Batch = 50, Epochs = 6, Dropout = 0.35, LearningRate = 2.5e-3 };

    private static void Figures(
        GalleryReport report, CharacterText text, CharacterOptions options, GalleryContext context, IReadOnlyList<double> found)
    {
        string all = string.Concat(text.Characters.ToArray());
        int training = text.Length - (int)Math.Round(text.Length * options.Validation), codes = all.Distinct().Count();
        double Counted(int longest) => new CharacterCounts(all[..training], codes, longest).Nats(all[training..]);
        double few = Counted(2), many = Counted(6);
        report.Add(context.Quick
            ? Figure.Below("nats per held-out character, largest of all seeds", few, found.Max())
            : Figure.AtMost("nats per held-out character, largest of all seeds", 1.56, found.Max()));
        report.Add(
            Figure.Reported("mean of all seeds", Figure.Text(found.Average())),
            Figure.Reported("counts of 2-grams", Figure.Text(few)),
            Figure.Reported("counts of 6-grams", Figure.Text(many)));
    }

    // Cells by layers, and what residual connections and dropout change.
    private static void Compare(GalleryReport report, CharacterText text, GalleryContext context, double share)
    {
        CharacterOptions small = context.Quick
            ? new CharacterOptions { Hidden = 32, Embedding = 16, Steps = 25, Batch = 16, Updates = 60, LearningRate = 5e-3 }
            : new CharacterOptions { Hidden = 64, Embedding = 64, Batch = 32, Updates = 300, Staggered = false };
        (string Name, CharacterOptions Options)[] forms =
        [
            ("1 layer", small), ("2 layers", small with { Layers = 2 }), ("3 layers", small with { Layers = 3 }),
            ("3 layers, residual", small with { Layers = 3, Residual = true }),
            ("2 layers, dropout 0.1", small with { Layers = 2, Dropout = 0.1 }),
        ];
        Type[] cells = [typeof(Elman), typeof(Lstm), typeof(Gru)];
        var chart = new LineChart { Title = "Short runs of one layer", XLabel = "update", YLabel = "nats per character", Height = 360 };
        var rows = forms.Select(form => new List<string> { form.Name }).ToArray();
        for (int i = 0; i < cells.Length * forms.Length; i++)
        {
            var (cell, form) = (CellRegistry.Find(cells[i / forms.Length]), i % forms.Length);
            using var training = new CharacterTraining(text, cell, forms[form].Options, new ModelOptions { Threads = context.Threads });
            double part = share / (cells.Length * forms.Length);
            double found = Train(training, context, $"{cell.Name}, {forms[form].Name}", i * part, part, points: form == 0 ? 6 : 1);
            rows[form].Add(found.ToString("0.000", CultureInfo.InvariantCulture));
            if (form == 0)
                Add(chart, cell.Name, training.History);
        }

        report.Table($"Nats per held-out character after {small.Updates} updates, {small.Hidden} units a layer, seed 1",
            ["", .. cells.Select(cell => cell.Name)], rows);
        report.Picture("cells", "Three cells, one layer each", chart);
    }

    private static double Train(CharacterTraining training, GalleryContext context, string what, double before, double part, int points)
    {
        int every = Math.Max(training.Updates / points, 1);
        while (training.Done < training.Updates)
        {
            double loss = training.Step();
            context.Report(FormattableString.Invariant($"{what}, loss {loss:0.000}"), before + part * training.Done / training.Updates);
            if (training.Done % every == 0 || training.Done == training.Updates)
                training.Measure(context.Interrupted);
        }

        return training.History.Points[^1].Validation;
    }

    private static void Add(LineChart chart, string name, LossHistory history) => chart.Add(name,
        [.. history.Points.Select(point => (double)point.Step)], [.. history.Points.Select(point => point.Validation)]);

    // What seed 1 writes, and the unit whose state follows the place in a line most closely.
    private static void Describe(GalleryReport report, CharacterTraining training, CharacterText text)
    {
        Vocabulary vocabulary = training.Model.Vocabulary;
        string prompt = vocabulary.Encode(Prompt, skipUnknown: true).Length == Prompt.Length ? Prompt : text.Characters.Span[0].ToString();
        report.Code($"Behind '{prompt}', at temperature 0.7", prompt + string.Concat(training.Model.Write(400, 0.7, prompt)));
        string[] pieces = [.. text.Characters[^Math.Min(Shown, text.Length)..].ToArray().Select(rune => rune.ToString())];
        using Session session = training.Model.Model.Open(new SessionOptions { Results = ["y"], CarryState = true });
        string state = session.State.Names.Last(name => name.EndsWith(".h0", StringComparison.Ordinal));
        double[][] states = [.. pieces.Select(piece =>
        {
            session.Step(vocabulary.Encode(piece)[0]);
            return (double[])[.. session.State[state].Read<float>().ToArray().Select(value => (double)value)];
        })];
        var places = new double[pieces.Length];
        for (int i = 1; i < places.Length; i++)
            places[i] = pieces[i - 1] == "\n" ? 0 : places[i - 1] + 1;
        var (unit, correlation) = Enumerable.Range(0, states[0].Length)
            .Select(unit => (unit, Correlation([.. states.Select(row => row[unit])], places))).MaxBy(pair => Math.Abs(pair.Item2));
        report.Coloured(FormattableString.Invariant(
            $"Unit {unit + 1} of {states[0].Length} over held-out text: correlation {correlation:0.00} with the place in the line"),
            new ColouredText(pieces, [.. states.Select(row => row[unit])]));
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), both = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        double size = Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
        return size > 0 ? both / size : 0;
    }
}
