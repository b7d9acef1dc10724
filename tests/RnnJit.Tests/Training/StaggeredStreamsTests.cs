using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>A character training whose streams begin at different updates, beside a loop that names these updates by hand.</summary>
public class StaggeredStreamsTests
{
    private const int Streams = 3, Steps = 2, Windows = 5;

    // Trained on 31 characters: streams of 10 targets, 5 windows of 2. Stream b begins b · 5 / 3 = 0, 1, 3 windows after its first one.
    private static readonly CharacterText Text = CharacterText.From("she sells sea shells by the sea shore");

    private static readonly int[] Offsets = [0, 1, 3];

    private static readonly CharacterOptions Options =
        new() { Hidden = 4, Embedding = 3, Batch = Streams, Steps = Steps, Updates = 4 * Windows, Validation = 0.16, LearningRate = 0.05 };

    [Test]
    public void States_are_zero_where_a_stream_begins_and_carried_elsewhere()
    {
        double[] found = Losses(Options);
        Assert.That(found, Is.EqualTo(ByHand(restarts: true)));
        Assert.That(found, Is.Not.EqualTo(ByHand(restarts: false)));
        Assert.That(found, Is.Not.EqualTo(Losses(Options with { Staggered = false })));
    }

    private static double[] Losses(CharacterOptions options)
    {
        using var training = new CharacterTraining(Text, CellRegistry.Find(typeof(Lstm)), options);
        Assert.That(training.UpdatesPerEpoch, Is.EqualTo(Windows));
        return [.. Enumerable.Range(0, options.Updates).Select(_ => training.Step())];
    }

    private static double[] ByHand(bool restarts)
    {
        using var start = new CharacterTraining(Text, CellRegistry.Find(typeof(Lstm)), Options);
        using var trainer = new Trainer(start.Model.Model, new TrainerOptions
        {
            Optimiser = new Adam(),
            LearningRate = new CosineRate(Options.LearningRate, Options.Updates, Options.LearningRate / 100),
            ClipNorm = Options.Clip,
            CarryState = true,
        });
        trainer.Bind(Steps, Streams);
        int[] codes = start.Model.Vocabulary.Encode(Text);
        var losses = new double[Options.Updates];
        for (int update = 0; update < losses.Length; update++)
        {
            for (int b = 0; b < Streams; b++)
            {
                int window = (update + Offsets[b]) % Windows;
                if (window == 0 && restarts)
                    trainer.State.Reset(b);
                for (int t = 0; t < Steps; t++)
                {
                    int place = b * 10 + window * Steps + t;
                    trainer.Input("x").Write<int>()[t * Streams + b] = codes[place];
                    trainer.Input("target").Write<int>()[t * Streams + b] = codes[place + 1];
                }
            }

            losses[update] = trainer.Step();
        }

        return losses;
    }
}
