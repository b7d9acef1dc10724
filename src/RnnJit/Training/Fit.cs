using System.Diagnostics;
using RnnJit.Data;

namespace RnnJit.Training;

/// <summary>The training loop that most programs want: epochs, a measure after each, an early end, the best parameters, progress.</summary>
/// <remarks>
/// Loops of one's own call <see cref="Trainer.Step(Batch)"/>, <see cref="Trainer.Save"/> and <see cref="Trainer.Resume"/> as this one
/// does.
/// </remarks>
public static class Fit
{
    /// <summary>
    /// Trains on all batches, epoch after epoch, from the step that the trainer stands at: a trainer that was resumed goes on where it
    /// was saved. States are zero at the
    /// beginning of an epoch.
    /// </summary>
    /// <exception cref="ArgumentException">There are no batches, or the options are out of range.</exception>
    /// <exception cref="DivergenceException">A loss, gradient or measure is not finite; nothing was updated by that step.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the checkpoint, if one is wanted, is of the last step.</exception>
    public static FitResult Run(Trainer trainer, IBatches batches, FitOptions? options = null)
    {
        options ??= new FitOptions();
        Check(batches, options);
        FitState state = trainer.FitStateOf(batches.Count);
        var clock = new FitClock(trainer.Steps, state.First + ((long)batches.Count * options.Epochs));
        bool early = EndsEarly(state, options);
        while (!early && state.Epochs.Count < options.Epochs)
        {
            // Only the measure is left of an epoch that was saved behind its last step.
            if (trainer.Steps - state.First < (state.Epochs.Count + 1L) * batches.Count)
                RunEpoch(trainer, batches, options, state, clock);
            EndEpoch(trainer, batches, options, state, clock);
            early = EndsEarly(state, options);
        }

        if (options.KeepBest)
            state.Restore(trainer.Model);
        return new FitResult([.. state.Epochs], state.Best!, early);
    }

    private static void RunEpoch(Trainer trainer, IBatches batches, FitOptions options, FitState state, FitClock clock)
    {
        int epoch = state.Epochs.Count, done = trainer.Steps - state.First - (epoch * batches.Count);
        if (done == 0)
            trainer.ResetState();
        foreach (Batch batch in batches.Epoch(epoch, done))
        {
            if (options.Cancel.IsCancellationRequested)
            {
                if (options.Checkpoint is { } path)
                    trainer.Save(path);
                options.Cancel.ThrowIfCancellationRequested();
            }

            double loss = trainer.Step(batch);
            state.Running = (state.Running.Sum + loss, state.Running.Count + 1);
            Report(options, batches, state, epoch + 1, ++done, null, clock.Left(trainer.Steps));
        }

        if (done != batches.Count)
            throw new ArgumentException(
                $"Epoch {epoch + 1} has {done} batches where Count is {batches.Count} (give as many in each epoch)");
    }

    private static void EndEpoch(Trainer trainer, IBatches batches, FitOptions options, FitState state, FitClock clock)
    {
        int epoch = state.Epochs.Count + 1;
        double loss = state.Running.Sum / Math.Max(state.Running.Count, 1), measure = options.Validate?.Invoke() ?? loss;
        if (!double.IsFinite(measure))
            throw new DivergenceException(trainer.Steps, $"the measure of epoch {epoch}", measure, null, null);
        trainer.Observe(measure);
        state.Add(new FitEpoch(epoch, loss, measure), options.HigherIsBetter, options.KeepBest, trainer.Model);
        if (options.Checkpoint is { } path)
            trainer.Save(path);
        Report(options, batches, state, epoch, batches.Count, measure, clock.Left(trainer.Steps), loss);
    }

    private static void Report(
        FitOptions options, IBatches batches, FitState state, int epoch, int batch, double? measure, TimeSpan? left, double? loss = null) =>
        options.Progress?.Report(new FitProgress(
            epoch, options.Epochs, batch, batches.Count, loss ?? (state.Running.Sum / state.Running.Count), measure, left));

    private static bool EndsEarly(FitState state, FitOptions options) =>
        options.Patience is { } patience && state.Best is { } best && state.Epochs.Count - best.Epoch >= patience;

    private static void Check(IBatches batches, FitOptions options)
    {
        if (batches.Count < 1)
            throw new ArgumentException("There are no batches to train on (give at least one row)");
        if (options.Epochs < 1)
            throw new ArgumentException($"Epochs is {options.Epochs}, wanted at least 1 (change it)");
        if (options.Patience is < 1)
            throw new ArgumentException($"Patience is {options.Patience}, wanted at least 1 (null runs to the last epoch)");
    }

    // The time that is left, at the mean speed of the steps of this call.
    private sealed class FitClock(int first, long all)
    {
        private readonly long start = Stopwatch.GetTimestamp();

        public TimeSpan? Left(int steps) =>
            steps - first < 2 ? null : Stopwatch.GetElapsedTime(start) / (steps - first) * Math.Max(all - steps, 0);
    }
}
