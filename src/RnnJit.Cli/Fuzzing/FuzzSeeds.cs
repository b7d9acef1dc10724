using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Cli.Fuzzing;

/// <summary>The valid files that mutants are made of: small models and training checkpoints, and texts of cells. The same in every
/// process.</summary>
internal sealed class FuzzSeeds
{
    private const string OwnCell =
        """
        cell Leaky
          input x: f32[B, X]
          state h: f32[B, H]
          state a: f32[B, H]
          parameter W: f32[H, X] = glorot
          parameter U: f32[H, H] = orthogonal
          parameter b: f32[H] = 0.5
          %0: f32[B, H] = contract[ab,cb->ac] x, W
          %1: f32[B, H] = contract[ab,cb->ac] h, U
          %2: f32[B, H] = add %0, %1
          %3: f32[B, H] = add %2, b
          %4: f32[B, H] = tanh %3
          %5: f32[B, H] = sub %4, a
          %6: f32[B, H] = mul 0.25, %5
          %7: f32[B, H] = add a, %6
          next h = %4
          next a = %7
        """;

    private FuzzSeeds(IReadOnlyList<ForgedFile> checkpoints, IReadOnlyList<string> cells)
    {
        (Checkpoints, Cells) = (checkpoints, cells);
        Trainings = [.. checkpoints.Where(file => file.IsTraining)];
    }

    public IReadOnlyList<ForgedFile> Checkpoints { get; }

    /// <summary>Those among the checkpoints that a training wrote.</summary>
    public IReadOnlyList<ForgedFile> Trainings { get; }

    public IReadOnlyList<string> Cells { get; }

    /// <summary>The text on which the seeds' training checkpoints were trained.</summary>
    public static CharacterText Text { get; } =
        CharacterText.From(string.Concat(Enumerable.Repeat("the quick brown fox\n", 6)), "the seed's text");

    /// <param name="folder">The folder of temporary files while the seeds are made.</param>
    /// <param name="options">Threads and kernels.</param>
    public static FuzzSeeds Make(string folder, ModelOptions options)
    {
        string path = Path.Combine(folder, "seed.safetensors");
        var checkpoints = new List<ForgedFile>();
        void Add(Action<string> write)
        {
            write(path);
            checkpoints.Add(ForgedFile.Read(path));
        }

        CellDefinition own = new(Parser.Parse(OwnCell)), lstm = CellRegistry.Find("lstm"), gru = CellRegistry.Find("gru");
        foreach (WeightStorage weights in Enum.GetValues<WeightStorage>())
            Add(to => Save(Regression(lstm), options, to, weights));
        Add(to => Save(Regression(gru), options with { Precision = Ir.ElementType.F64 }, to));
        Add(to => Save(Regression(own), options, to));
        Add(to => Save(Classifier(gru), options, to));
        Add(to => Train(lstm, new CharacterOptions { Dropout = 0.2 }, options, to));
        Add(to => Train(gru, new CharacterOptions { Optimiser = "sgd", Schedule = "plateau", Layers = 2 }, options, to));
        Add(to =>
            Train(own, new CharacterOptions { Optimiser = "rmsprop", Centred = true, Zoneout = 0.1, CheckpointInterval = 2 }, options, to));
        File.Delete(path);
        return new FuzzSeeds(checkpoints, [OwnCell, .. ((string[])["lstm", "gru", "elman", "lstmpeephole"])
            .Intersect(CellRegistry.Names, StringComparer.OrdinalIgnoreCase).Select(name => CellRegistry.Find(name).ToString())]);
    }

    private static NetworkBuilder Regression(CellDefinition cell)
    {
        var net = new NetworkBuilder("Regression");
        var h = net.Recurrent("layer0", cell, net.Input("x", "T", "B", 3), net.Size("H", 4));
        var y = net.Output("y", net.Dense("head", h, 2));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 2)));
        return net;
    }

    // Embedding, lengths, both directions.
    private static NetworkBuilder Classifier(CellDefinition cell)
    {
        var net = new NetworkBuilder("Classifier");
        var x = net.Indices("x", "T", "B");
        net.Lengths("lengths", "B");
        var embedded = net.Embedding("embedding", x, net.Size("V", 11), net.Size("E", 3));
        var both = net.Recurrent("layer0", cell, embedded, net.Size("H", 4), new RecurrentOptions { Direction = Direction.Both });
        var y = net.Output("y", net.Dense("head", net.Dropout("layer0", both.Last, 0.3), net.Size("C", 5)));
        net.Output("loss", Loss.SoftmaxCrossEntropy(y, net.Indices("target", "B")));
        return net;
    }

    private static void Save(NetworkBuilder net, ModelOptions options, string path, WeightStorage weights = WeightStorage.Single)
    {
        using var model = new Model(net, options);
        model.Metadata["note"] = "a seed";
        model.Vocabularies["words"] = TokenVocabulary.Words([@"the quick \ brown fox"]);
        model.Vocabularies["tags"] = TokenVocabulary.Characters(["ab\n"], new TokenOptions { Reserved = false });
        model.Save(path, weights);
    }

    private static void Train(CellDefinition cell, CharacterOptions options, ModelOptions run, string path)
    {
        CharacterOptions small = options with { Hidden = 4, Embedding = 3, Steps = 4, Batch = 2, Updates = 8, Validation = 0.2 };
        using var training = new CharacterTraining(Text, cell, small, run);
        training.Step();
        training.Measure();
        training.Step();
        training.Save(path);
    }
}
