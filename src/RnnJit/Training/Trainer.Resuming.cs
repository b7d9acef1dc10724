using RnnJit.Networks;

namespace RnnJit.Training;

/// <content>Going on from a checkpoint.</content>
public sealed partial class Trainer
{
    private const string StatePrefix = "state.";

    /// <summary>
    /// Goes on from what <see cref="Save(string)"/> wrote: steps over the same batches give the bits of a run that was never interrupted.
    /// The trainer is of batches of any shape. Optimiser, schedule and rates are those of <paramref name="options"/>, which are no part
    /// of the file.
    /// </summary>
    /// <returns>A trainer whose <see cref="Model"/> the caller disposes after it.</returns>
    /// <exception cref="CheckpointException">The file is missing, damaged or no training, was written with an optimiser that has other
    /// moments, or carries states where the options do not.</exception>
    public static Trainer Resume(string path, TrainerOptions? options = null, ModelOptions? run = null) =>
        Resume(limit => Checkpoint.Read(path, limit), model => new Trainer(model, options), run);

    /// <summary>The same from what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Resume(string, TrainerOptions?, ModelOptions?)"/>
    public static Trainer Resume(Stream stream, TrainerOptions? options = null, ModelOptions? run = null) =>
        Resume(limit => Checkpoint.Read(stream, limit), model => new Trainer(model, options), run);

    /// <summary>
    /// Goes on with a trainer of one shape, as <see cref="Trainer(Model, int, int, TrainerOptions)"/> makes it, and with the states that
    /// stood in <see cref="State"/>.
    /// </summary>
    /// <param name="steps">T, the time steps through which gradients flow.</param>
    /// <param name="batch">B; where states are in the file, as many rows as they have.</param>
    /// <inheritdoc cref="Resume(string, TrainerOptions?, ModelOptions?)" path="/returns"/>
    /// <inheritdoc cref="Resume(string, TrainerOptions?, ModelOptions?)" path="/exception"/>
    public static Trainer Resume(string path, int steps, int batch, TrainerOptions? options = null, ModelOptions? run = null) =>
        Resume(limit => Checkpoint.Read(path, limit), model => new Trainer(model, steps, batch, options), run);

    /// <summary>The same from what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Resume(string, int, int, TrainerOptions?, ModelOptions?)"/>
    public static Trainer Resume(Stream stream, int steps, int batch, TrainerOptions? options = null, ModelOptions? run = null) =>
        Resume(limit => Checkpoint.Read(stream, limit), model => new Trainer(model, steps, batch, options), run);

    private static Trainer Resume(Func<long, Checkpoint> read, Func<Model, Trainer> make, ModelOptions? run)
    {
        run ??= new ModelOptions();
        using Checkpoint checkpoint = read(run.MemoryLimit);
        if (!checkpoint.Has("steps"))
            throw new CheckpointException($"'{checkpoint.Path}' holds a model and no training (use Model.Load, or a file of Trainer.Save)");
        Model model = ModelFile.Read(checkpoint, RowLanesOf.Resume(checkpoint, ModelFile.ReadPrecision(checkpoint), run));
        try
        {
            Trainer trainer = make(model);
            try
            {
                trainer.RequireSame(checkpoint);
                trainer.Read(checkpoint);
                trainer.Loop = FitState.Read(checkpoint, model, trainer.Steps);
                return trainer;
            }
            catch
            {
                trainer.Dispose();
                throw;
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // Moments tell the optimiser, and states that they are carried; all else of the options may change.
    private void RequireSame(Checkpoint checkpoint)
    {
        string optimiser = options.Optimiser.Name, parameter = "." + model.Parameters.Keys.FirstOrDefault();
        if (shared.Tensors.Keys.FirstOrDefault(name => !checkpoint.HasTensor(name)) is { } missing)
            throw new CheckpointException($"'{checkpoint.Path}' holds no '{missing}', which the optimiser '{optimiser}' needs "
                + "(give the optimiser that it was trained with)");
        if (checkpoint.TensorNames.FirstOrDefault(name => name.EndsWith(parameter, StringComparison.Ordinal)
            && !IsOwn(name) && !shared.Tensors.ContainsKey(name)) is { } other)
            throw new CheckpointException($"'{checkpoint.Path}' holds '{other}', which the optimiser '{optimiser}' does not have "
                + "(give the optimiser that it was trained with)");
        if (checkpoint.Has(RowsKey) && !options.CarryState)
            throw new CheckpointException($"'{checkpoint.Path}' carries states, and CarryState is not set "
                + "(set it, or call ResetState before Save)");
    }

    // A trainer of any shape that carries nothing leaves no states in its file: they are zero.
    private void ReadStatesOfShape(Checkpoint checkpoint)
    {
        if (checkpoint.Has(RowsKey))
        {
            (carries, carriedRows) = (true, checkpoint.Number(RowsKey));
            if (carriedRows != Current.Batch)
                throw new CheckpointException($"'{checkpoint.Path}' carries states of {carriedRows} rows, and the trainer is made for "
                    + $"{Current.Batch} (give it as many rows)");
        }

        foreach (string name in checkpoint.TensorNames.Any(IsState) ? State.Names : [])
            checkpoint.Get(StatePrefix + name, State[name]);
    }

    private bool IsOwn(string tensor) =>
        model.Parameters.ContainsKey(tensor) || FitState.IsOwn(tensor) || IsState(tensor);

    private static bool IsState(string tensor) => tensor.StartsWith(StatePrefix, StringComparison.Ordinal);
}
