using System.Text.RegularExpressions;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Generation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>docs/training.md: its code is that of this test, and what it trains works.</summary>
public class TrainingDocumentTests
{
    [Test]
    public void The_example_learns_to_reverse_words()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("reverser");
        var random = new Random(2);
        string[] words = [.. Enumerable.Range(0, 800)
            .Select(_ => string.Concat(Enumerable.Range(0, 3 + random.Next(6)).Select(_ => "aeghinrst"[random.Next(9)])))];
        TokenVocabulary letters = TokenVocabulary.Characters(words);
        RowBatches<string> batches = Batches.Of(words, 32)
            .Codes("x", word => letters.EncodeText(word))
            .Lengths("lengths", of: "x")
            .Codes("fed", word => [TokenVocabulary.Start, .. letters.EncodeText(Reversed(word))], axis: "S")
            .Codes("wanted", word => [.. letters.EncodeText(Reversed(word)), TokenVocabulary.End], padding: -1, axis: "S")
            .Shuffled(seed: 1)
            .Bucketed();
        using var model = new Model(Reverser(letters.Count), new ModelOptions { Seed = 1 });
        using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new ConstantRate(0.01) });
        FitResult result = Fit.Run(trainer, batches, new FitOptions
        {
            Epochs = 12,
            Patience = 4,
            KeepBest = true,
            Progress = FitProgress.EachEpoch(report => Console.WriteLine($"epoch {report.Epoch}: {report.Loss:0.000}")),
            Checkpoint = path,
        });
        Assert.That(result.Best.Loss, Is.LessThan(0.2));

        const int Beam = 4;
        var step = new Dictionary<string, int> { ["S"] = 1 };
        int[] codes = letters.EncodeText("straight");
        using Session encoder =
            model.Open(new SessionOptions { Steps = codes.Length, Batch = Beam, Results = ["memory", "mask", "decoder.h0"] });
        using Session decoder = model.Open(new SessionOptions
        {
            Steps = codes.Length, Batch = Beam, Sizes = step, Given = ["memory", "mask", "decoder.h0"], Results = ["logits", "attention"],
        });
        for (int i = 0; i < codes.Length * Beam; i++)
            encoder.Input("x").Write<int>()[i] = codes[i / Beam];
        encoder.Input("lengths").Write<int>().Fill(codes.Length);
        encoder.Run();
        decoder.Set("memory", encoder.Output("memory"));
        decoder.Set("mask", encoder.Output("mask"));
        decoder.State["decoder.h0"].CopyFrom(encoder.Output("decoder.h0"));
        var generator = new TokenGenerator(decoder, "fed", "logits", "attention");
        Hypothesis best =
            generator.Beam(new BeamOptions { Prompt = [TokenVocabulary.Start], End = TokenVocabulary.End, Width = Beam })[0][0];
        Console.WriteLine(letters.DecodeText(best.Tokens));

        Assert.That(letters.DecodeText(best.Tokens), Is.EqualTo("thgiarts"));
        Assert.That(OfLongPair(model, codes), Is.EqualTo(best.Tokens));
        using Trainer resumed = Trainer.Resume(path);
        Assert.That(resumed.Steps, Is.EqualTo(trainer.Steps));
        resumed.Model.Dispose();
    }

    // Windows of a text in which every code follows from the two before it.
    [Test]
    public void The_loop_over_windows_learns_and_goes_on()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("windows");
        const int Updates = 120;
        int[] codes = new int[1001];
        for (int i = 2; i < codes.Length; i++)
            codes[i] = ((2 * codes[i - 1]) + codes[i - 2] + 1) % 5;
        var net = new NetworkBuilder("Windows");
        Indices x = net.Indices("x", "T", "B"), target = net.Indices("target", "T", "B");
        RecurrentLayer layer = net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), Rnn.OneHot(x, 5), net.Size("H", 12));
        net.Output("loss", Loss.SoftmaxCrossEntropy(net.Dense("head", layer, 5), target));
        using var model = new Model(net, new ModelOptions { Seed = 1 });

        var options = new TrainerOptions { CarryState = true, LearningRate = new ConstantRate(0.02) };
        SequenceBatches windows = SequenceBatches.ForTraining(codes, streams: 8, steps: 12);
        using var trainer = new Trainer(model, options);
        trainer.Bind(windows.Steps, windows.Streams);
        while (trainer.Steps < Updates)
        {
            windows.Cursor = trainer.Steps % windows.Windows;
            if (windows.Cursor == 0)
                trainer.ResetState();
            windows.Next(trainer.Input("x").Write<int>(), trainer.Input("target").Write<int>());
            Console.WriteLine($"update {trainer.Steps}: {trainer.Step():0.000}");
        }

        trainer.Save(path);
        windows.Cursor = 0;
        trainer.ResetState();
        windows.Next(trainer.Input("x").Write<int>(), trainer.Input("target").Write<int>());
        Assert.That(trainer.Step(), Is.LessThan(0.3), "ln 5 is 1.61");
        using Trainer resumed = Trainer.Resume(path, options);
        resumed.Bind(windows.Steps, windows.Streams);
        Assert.That(resumed.Steps, Is.EqualTo(Updates));
        Assert.That(resumed.State["layer.h0"].ToNdArray().Data, Has.Some.Not.Zero);
        resumed.Model.Dispose();
    }

    [Test]
    public void The_document_has_the_code_of_the_test()
    {
        string folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "RnnJit.sln")))
            folder = Path.GetDirectoryName(folder)!;
        string document = File.ReadAllText(Path.Combine(folder, "docs/training.md")).ReplaceLineEndings("\n");
        string own = File.ReadAllText(Path.Combine(folder, "tests/RnnJit.Tests/Training/TrainingDocumentTests.cs"));
        string[] lines = [.. Regex.Matches(document, "^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)
            .SelectMany(
                block => block.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        Assert.That(lines, Has.Length.GreaterThan(50));
        Assert.That(lines.Where(line => !own.Contains(line, StringComparison.Ordinal)), Is.Empty);
    }

    // A pair of sessions with more steps and rows than the word needs: lengths say where it ends.
    private static int[] OfLongPair(Model model, int[] codes)
    {
        using Session encoder = model.Open(new SessionOptions { Steps = 12, Batch = 3, Results = ["memory", "mask", "decoder.h0"] });
        using Session decoder = model.Open(new SessionOptions
        {
            Steps = 12, Batch = 3, Sizes = new Dictionary<string, int> { ["S"] = 1 }, Given = ["memory", "mask", "decoder.h0"],
            Results = ["logits", "attention"],
        });
        for (int i = 0; i < codes.Length; i++)
            encoder.Input("x").Write<int>()[(i * 3) + 1] = codes[i];
        encoder.Input("lengths").Write<int>().Fill(1);
        encoder.Input("lengths").Write<int>()[1] = codes.Length;
        encoder.Run();
        decoder.Set("memory", encoder.Output("memory"));
        decoder.Set("mask", encoder.Output("mask"));
        decoder.State["decoder.h0"].CopyFrom(encoder.Output("decoder.h0"));
        return [.. new TokenGenerator(decoder, "fed", "logits", "attention").Generate(
            new GenerationOptions { Prompt = [TokenVocabulary.Start], End = TokenVocabulary.End, Temperature = 0 })[1].Tokens];
    }

    private static string Reversed(string word) => string.Concat(word.Reverse());

    private static NetworkBuilder Reverser(int letters)
    {
        var net = new NetworkBuilder("Reverser");
        Indices x = net.Indices("x", "T", "B"), fed = net.Indices("fed", "S", "B"), wanted = net.Indices("wanted", "S", "B");
        Indices lengths = net.Indices("lengths", "B");
        Dim letter = net.Size("V", letters), hidden = net.Size("H", 32), e = net.Size("E", 16);
        Value source = net.Embedding("source", x, letter, e);
        RecurrentLayer encoder =
            net.Recurrent("encoder", CellRegistry.Find(typeof(Gru)), source, hidden, new RecurrentOptions { Lengths = lengths });
        RecurrentLayer decoder = net.Recurrent("decoder", CellRegistry.Find(typeof(BahdanauDecoder)),
            net.Embedding("target", fed, letter, e), hidden, new RecurrentOptions
            {
                Dims = new Dictionary<string, Dim> { ["A"] = net.Size("A", 16) },
                Given = new Dictionary<string, Value>
                {
                    ["h"] = encoder.Finals["h"],
                    ["memory"] = net.Named("memory", net.SwapBatchAndTime(encoder)),
                    ["mask"] = net.Named("mask", Attention.Mask(lengths, "T")),
                },
            });
        net.Named("attention", decoder.Sequences["a"]);
        Value logits = net.Output("logits", net.Dense("head", decoder, letter));
        net.Output("loss", Loss.CrossEntropy(logits, wanted, new CrossEntropyOptions { IgnoreIndex = -1 }));
        return net;
    }
}
