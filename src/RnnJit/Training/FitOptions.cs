namespace RnnJit.Training;

/// <summary>Options of a training loop.</summary>
public sealed record FitOptions
{
    /// <summary>Passes over all batches, those that a run which goes on has made among them; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>
    /// Measures the model after each epoch, on data held back: a loss, or with <see cref="HigherIsBetter"/> an accuracy. null: the mean
    /// training loss counts.
    /// </summary>
    public Func<double>? Validate { get; init; }

    /// <summary>True where a larger measure is a better one; only with <see cref="Validate"/>.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>Epochs without a better measure after which the run ends; null: it runs to the last epoch.</summary>
    public int? Patience { get; init; }

    /// <summary>
    /// True to end with the parameters of the epoch with the best measure, where the run diverges or is cancelled too. Steps that the
    /// trainer makes afterwards begin with them; a run that goes on takes up those of its last step again, so that it has the bits of one
    /// that was never cut. A checkpoint holds the last parameters, and the best ones beside them (see
    /// <see cref="Networks.Model.Load(string, Networks.ModelOptions, bool)"/>).
    /// </summary>
    public bool KeepBest { get; init; }

    /// <summary>
    /// Hears of each step, and of each epoch with its measure. <see cref="FitProgress.EachEpoch"/> hears of epochs only, while the run
    /// waits; a <see cref="Progress{T}"/> hears later, on other threads.
    /// </summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>
    /// A file that <see cref="Trainer.Save(string)"/> writes after each epoch and where the run is cancelled; null for none. It is tried
    /// before the first step that it can be written.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// null: a run that was cut goes on, and behind one that came to its end a new one begins, with the parameters that the model has. A
    /// trainer that was resumed from <see cref="Checkpoint"/> goes on, since that file was written before the run came to its end. true:
    /// the trainer's last run goes on in any case. false: a run of its own begins.
    /// </summary>
    public bool? Continue { get; init; }

    /// <summary>Ends the run after the step it is at, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancel { get; init; }
}

/// <summary>Progress of a training loop, after a step or after an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="Batch">Batches of the epoch that are done.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Loss">The mean of the losses of the epoch's batches so far.</param>
/// <param name="Measure">The measure of the epoch; null before its end.</param>
/// <param name="Left">Time to the last epoch at the mean speed so far; null before the second step.</param>
public sealed record FitProgress(int Epoch, int Epochs, int Batch, int Batches, double Loss, double? Measure, TimeSpan? Left)
{
    /// <summary>Calls back once for each epoch, behind its measure, while the run waits.</summary>
    public static IProgress<FitProgress> EachEpoch(Action<FitProgress> report) => new Epochwise(report);

    private sealed class Epochwise(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.Measure is not null)
                report(value);
        }
    }
}

/// <summary>One epoch of a training loop.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">The mean of the losses of its batches: a small last batch counts as much as the others.</param>
/// <param name="Measure">What <see cref="FitOptions.Validate"/> gave, or the training loss.</param>
public sealed record FitEpoch(int Epoch, double Loss, double Measure);

/// <summary>The outcome of a training loop.</summary>
/// <param name="Epochs">All epochs, those of before among them where a run went on.</param>
/// <param name="Best">The epoch with the best measure.</param>
/// <param name="EndedEarly">True where <see cref="FitOptions.Patience"/> ended it.</param>
public sealed record FitResult(IReadOnlyList<FitEpoch> Epochs, FitEpoch Best, bool EndedEarly);
