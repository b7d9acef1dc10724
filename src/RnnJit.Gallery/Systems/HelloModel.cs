using RnnJit.Cells;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Systems;

/// <summary>The network of the word hello: one-hot characters, three units, a score for each next character.</summary>
internal static class HelloModel
{
    public const string Alphabet = "helo", Word = "hello";
    public const int Units = 3, Steps = 4;

    public static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Hello");
        Indices target = net.Indices("target", "T", "B");
        Value x = Rnn.OneHot(net.Indices("x", "T", "B"), Alphabet.Length);
        Value h = net.Output("hidden", net.Recurrent("layer", CellRegistry.Find(typeof(Elman)), x, net.Size("H", Units)));
        Value scores = net.Output("scores", net.Dense("head", h, Alphabet.Length));
        net.Output("loss", Loss.SoftmaxCrossEntropy(scores, target));
        return net;
    }

    public static double[] Train(Model model, int updates, Action<double> progress)
    {
        using var trainer = new Trainer(model, Steps, batch: 1, new TrainerOptions { LearningRate = new ConstantRate(0.05) });
        Codes(Word[..Steps]).CopyTo(trainer.Input("x").Write<int>());
        Codes(Word[1..]).CopyTo(trainer.Input("target").Write<int>());
        var losses = new double[updates];
        for (int i = 0; i < updates; i++)
        {
            progress((double)i / updates);
            losses[i] = trainer.Step();
        }

        return losses;
    }

    public static int Code(char letter) => Alphabet.IndexOf(letter, StringComparison.Ordinal);

    public static int[] Codes(string text) => [.. text.Select(Code)];

    /// <summary>Argmax at each step, fed the word or what was answered before.</summary>
    public static int[] Predict(Model model, bool fed)
    {
        using Session session = model.Open(new SessionOptions { CarryState = true, Results = ["scores"] });
        var answers = new int[Steps];
        for (int t = 0; t < Steps; t++)
        {
            float[] scores = session.Step(fed || t == 0 ? Code(Word[t]) : answers[t - 1]).Read<float>().ToArray();
            answers[t] = Array.IndexOf(scores, scores.Max());
        }

        return answers;
    }
}
