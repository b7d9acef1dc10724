namespace RnnJit.Training;

/// <summary>Options of a training loop.</summary>
public sealed record FitOptions
{
    /// <summary>Passes over all batches, those of a run that is continued among them; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>
    /// Measures the model after each epoch, on data held back: a loss, or with <see cref="HigherIsBetter"/> an accuracy. null: the mean
    /// training loss counts.
    /// </summary>
    public Func<double>? Validate { get; init; }

    /// <summary>True where a larger measure is a better one.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>Epochs without a better measure after which the run ends; null: it runs to the last epoch.</summary>
    public int? Patience { get; init; }

    /// <summary>True to end with the parameters of the epoch with the best measure.</summary>
    public bool KeepBest { get; init; }

    /// <summary>Hears of each step, and of each epoch with its measure.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>A file that <see cref="Trainer.Save"/> writes after each epoch and where the run is cancelled; null for none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Ends the run after the step it is at, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancel { get; init; }
}

/// <summary>A training loop at a step, or behind an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="Batch">Batches of the epoch that are done.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Loss">Mean training loss of the epoch so far.</param>
/// <param name="Measure">The measure of the epoch; null before its end.</param>
/// <param name="Left">Time to the last epoch at the mean speed so far; null before the second step.</param>
public sealed record FitProgress(int Epoch, int Epochs, int Batch, int Batches, double Loss, double? Measure, TimeSpan? Left);

/// <summary>One epoch of a training loop.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean training loss.</param>
/// <param name="Measure">What <see cref="FitOptions.Validate"/> gave, or the training loss.</param>
public sealed record FitEpoch(int Epoch, double Loss, double Measure);

/// <summary>The outcome of a training loop.</summary>
/// <param name="Epochs">All epochs, those before a run was continued among them.</param>
/// <param name="Best">The epoch with the best measure.</param>
/// <param name="EndedEarly">True where <see cref="FitOptions.Patience"/> ended it.</param>
public sealed record FitResult(IReadOnlyList<FitEpoch> Epochs, FitEpoch Best, bool EndedEarly);
