using RnnJit.Cells;
using RnnJit.Ir;
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
        Value x = net.Input("x", "T", "B", Alphabet.Length);
        Value h = net.Output("hidden", net.Recurrent("layer", CellRegistry.Find(typeof(Elman)), x, net.Size("H", Units)));
        Value scores = net.Output("scores", net.Dense("head", h, Alphabet.Length));
        net.Output("loss", Loss.SoftmaxCrossEntropy(scores, target));
        return net;
    }

    public static double[] Train(Model model, int updates, Action<double> progress)
    {
        using var trainer = new Trainer(model, Steps, batch: 1, new TrainerOptions { LearningRate = new ConstantRate(0.05) });
        OneHot([.. Word[..Steps].Select(Code)]).CopyTo(trainer.Input("x").Write<float>());
        Word[1..].Select(Code).ToArray().CopyTo(trainer.Input("target").Write<int>());
        var losses = new double[updates];
        for (int i = 0; i < updates; i++)
        {
            progress((double)i / updates);
            losses[i] = trainer.Step();
        }

        return losses;
    }

    public static int Code(char letter) => Alphabet.IndexOf(letter, StringComparison.Ordinal);

    public static float[] OneHot(int[] codes) =>
        [.. codes.SelectMany(code => Enumerable.Range(0, Alphabet.Length).Select(i => i == code ? 1f : 0f))];

    /// <summary>Argmax at each step, fed the word or what was answered before.</summary>
    public static int[] Predict(Model model, bool fed)
    {
        using Session session = model.Open(new SessionOptions { CarryState = true, Results = ["scores"] });
        var answers = new int[Steps];
        for (int t = 0; t < Steps; t++)
        {
            OneHot([fed || t == 0 ? Code(Word[t]) : answers[t - 1]]).CopyTo(session.Input("x").Write<float>());
            session.Run();
            float[] scores = session.Output("scores").Read<float>().ToArray();
            answers[t] = Array.IndexOf(scores, scores.Max());
        }

        return answers;
    }

    /// <summary>ln p of each next character behind a beginning.</summary>
    public static double[] Next(Model model, IReadOnlyList<int> beginning)
    {
        using Session session = model.Open(new SessionOptions { Steps = beginning.Count, Results = ["scores"] });
        OneHot([.. beginning]).CopyTo(session.Input("x").Write<float>());
        session.Run();
        double[] scores = [.. session.Output("scores").Read<float>()[^Alphabet.Length..].ToArray().Select(score => (double)score)];
        double whole = Math.Log(scores.Sum(score => Math.Exp(score - scores.Max()))) + scores.Max();
        return [.. scores.Select(score => score - whole)];
    }
}
