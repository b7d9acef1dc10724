using System.Diagnostics;
using RnnJit.Data;
using RnnJit.Files;

namespace RnnJit.Training;

/// <summary>The training loop that most programs want: epochs, a measure after each, an early end, the best parameters, progress.</summary>
/// <remarks>
/// Loops of one's own call <see cref="Trainer.Step(Batch)"/>, <see cref="Trainer.Save(string)"/> and
/// <see cref="Trainer.Resume(string, TrainerOptions?, Networks.ModelOptions?)"/> as this one does.
/// </remarks>
public static class Fit
{
    /// <summary>
    /// Trains on all batches, epoch after epoch. A run that was cut, by an exception or by the end of the process that saved it, goes on
    /// where it stands, in the middle of an epoch too; behind a run that came to its end, one of its own begins
    /// (<see cref="FitOptions.Continue"/>). Steps that the trainer makes besides do not count. States are zero at the beginning of an
    /// epoch.
    /// </summary>
    /// <exception cref="ArgumentException">There are no batches, the options are out of range, or the run that goes on had other batches,
    /// has made more epochs, or did not keep its best parameters.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written: known before the first step.</exception>
    /// <exception cref="DivergenceException">A loss, gradient or measure is not finite; nothing was updated by that step.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the checkpoint, if one is wanted, is of the last step.</exception>
    public static FitResult Run(Trainer trainer, IBatches batches, FitOptions? options = null)
    {
        options ??= new FitOptions();
        Check(batches, options);
        FitState state = StateOf(trainer, batches, options);
        state.TakeLast(trainer.Model, trainer.Steps);
        state.Ended = false;
        bool early;
        try
        {
            early = RunEpochs(trainer, batches, options, state);
        }
        catch (Exception e) when (options.KeepBest && e is DivergenceException or OperationCanceledException)
        {
            state.PutBest(trainer.Model, trainer.Steps);
            throw;
        }

        state.Ended = true;
        if (options.KeepBest)
            state.PutBest(trainer.Model, trainer.Steps);
        return new FitResult([.. state.Epochs], state.Best!, early);
    }

    private static bool RunEpochs(Trainer trainer, IBatches batches, FitOptions options, FitState state)
    {
        var clock = new FitClock(state.Done, (long)batches.Count * options.Epochs);
        bool early = EndsEarly(state, options);
        while (!early && state.Epochs.Count < options.Epochs)
        {
            // Only the measure is left of an epoch that was saved behind its last step.
            if (state.Running.Count < batches.Count)
                RunEpoch(trainer, batches, options, state, clock);
            EndEpoch(trainer, batches, options, state, clock);
            early = EndsEarly(state, options);
        }

        return early;
    }

    // The run that goes on, or a new one.
    private static FitState StateOf(Trainer trainer, IBatches batches, FitOptions options)
    {
        const string Cure = "or set Continue to false to begin a run of its own";
        if (trainer.Loop is not { } state || !(options.Continue ?? !state.Ended))
        {
            trainer.Loop?.Dispose();
            return trainer.Loop = new FitState(trainer.Steps, batches.Count);
        }

        if (state.Batches != batches.Count)
            throw new ArgumentException(
                $"The run that goes on has {state.Batches} batches in an epoch and is given {batches.Count} (give the same rows, {Cure})");
        if (state.Done > (long)options.Epochs * batches.Count)
            throw new ArgumentException($"The run that goes on has made {state.Epochs.Count} epochs and {state.Running.Count} batches, and "
                + $"Epochs, which counts them too, is {options.Epochs} (raise it, {Cure})");
        if (options.KeepBest && state is { Best: { } best, HasBest: false })
            throw new ArgumentException(
                $"The run that goes on did not keep the parameters of its best epoch, {best.Epoch} (leave KeepBest away, {Cure})");
        return state;
    }

    private static void RunEpoch(Trainer trainer, IBatches batches, FitOptions options, FitState state, FitClock clock)
    {
        int epoch = state.Epochs.Count, done = state.Running.Count;
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
            Report(options, batches, state, epoch + 1, ++done, null, clock.Left(state.Done));
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
        Report(options, batches, state, epoch, batches.Count, measure, clock.Left(state.Done), loss);
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
        if (options.HigherIsBetter && options.Validate is null)
            throw new ArgumentException("HigherIsBetter is set without Validate, so that the highest training loss would be the best "
                + "(set Validate, or leave it away)");
        if (options.Checkpoint is "")
            throw new ArgumentException("Checkpoint is an empty path (name a file, or leave it away)");
        if (options.Checkpoint is { } path)
            AtomicFile.Prepare(path);
    }

    // The time that is left, at the mean speed of the steps of this call.
    private sealed class FitClock(long first, long all)
    {
        private readonly long start = Stopwatch.GetTimestamp();

        public TimeSpan? Left(long done) =>
            done - first < 2 ? null : Stopwatch.GetElapsedTime(start) / (done - first) * Math.Max(all - done, 0);
    }
}
