using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Gallery;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Bench.Gallery;

/// <summary>The training of a system of the gallery with one thread, step by step.</summary>
internal sealed class OwnTraining(SystemTraining training) : IDisposable
{
    private readonly Model model = new(training.Network, new ModelOptions { Seed = 1, Threads = 1 });
    private Trainer? trainer;

    /// <summary>Shapes of batches that are bound.</summary>
    public int Shapes => trainer?.Shapes ?? 0;

    /// <summary>Writes the parameters as they are now.</summary>
    public void Write(string path) => SafetensorsFile.Write(path, model.Parameters.Select(pair => KeyValuePair.Create(pair.Key,
        SafetensorsTensor.From(pair.Value.Read<float>(), [.. pair.Value.Shape.Select(size => (long)size)]))));

    /// <summary>The loss of a batch outside training.</summary>
    public double Loss(Batch batch)
    {
        using var evaluator = new Evaluator(model, "loss");
        return evaluator.Run(batch).Output("loss").Read<float>()[0];
    }

    /// <summary>A step for each batch.</summary>
    public TrainedBatches Train(IReadOnlyList<Batch> batches)
    {
        TimeSpan begin = Environment.CpuUsage.TotalTime;
        trainer ??= new Trainer(model, new TrainerOptions { LearningRate = training.Rate });
        double sum = 0;
        foreach (Batch batch in batches)
            sum += trainer.Step(batch);
        return new TrainedBatches(batches.Count, (Environment.CpuUsage.TotalTime - begin).TotalSeconds, sum / batches.Count);
    }

    public void Dispose()
    {
        trainer?.Dispose();
        model.Dispose();
    }
}

/// <summary>Batches that a tool trained on.</summary>
/// <param name="Count">The number of batches.</param>
/// <param name="Seconds">Processor time, that of all threads of the process.</param>
/// <param name="Loss">The mean of the losses before each update.</param>
internal readonly record struct TrainedBatches(int Count, double Seconds, double Loss)
{
    /// <summary>Batches per second of processor time.</summary>
    public double Speed => Count / Seconds;
}
