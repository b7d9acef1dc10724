using System.Globalization;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Training;

/// <content>Checkpoints of a training loop of one's own.</content>
public sealed partial class Trainer
{
    private const string RowsKey = "states.rows";

    /// <summary>
    /// Writes the model and all that the next steps depend on besides the data: moments, the number of steps, the schedule, carried
    /// states, and what <see cref="Fit"/> knows.
    /// The file is one of <see cref="Model.Load"/> too, which takes the parameters that the model has
    /// now. It is written whole or not at all.
    /// </summary>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    /// <exception cref="DivergenceException">A parameter, a moment or a carried state is not finite; a previous file is
    /// untouched.</exception>
    public void Save(string path)
    {
        using var checkpoint = new Checkpoint(path);
        try
        {
            ModelFile.Write(model, checkpoint);
            Write(checkpoint);
            Loop?.Write(checkpoint, Steps);
            if (carries)
                checkpoint[RowsKey] = carriedRows.ToString(CultureInfo.InvariantCulture);
        }
        catch (NotFiniteNumberException e)
        {
            throw new DivergenceException(Steps, e.Message, path, e);
        }

        checkpoint.Write(path);
    }

    /// <summary>Puts all that the next steps depend on, besides the parameters and the data, into a checkpoint.</summary>
    internal void Write(Checkpoint checkpoint)
    {
        checkpoint["steps"] = Steps.ToString(CultureInfo.InvariantCulture);
        checkpoint[RowLanesOf.Key] = model.RowLanes.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, tensor) in shared.Tensors)
            checkpoint.Put(name, tensor);
        checkpoint.Put("schedule", options.LearningRate.State);
        if (shape is null || carries)
        {
            for (int s = 0; s < (current?.State.Names.Count ?? 0); s++)
                checkpoint.Put("state." + State.Names[s], State[s]);
        }
    }

    /// <exception cref="CheckpointException">The checkpoint is of another optimiser, batch or model, or holds numbers that are not
    /// finite.</exception>
    internal void Read(Checkpoint checkpoint)
    {
        Steps = checkpoint.Number("steps");
        foreach (var (name, tensor) in shared.Tensors)
            checkpoint.Get(name, tensor);
        RestoreSchedule(checkpoint);
        if (!double.IsFinite(LearningRate))
        {
            throw new CheckpointException($"'{checkpoint.Path}': the learning rate of its schedule is "
                + $"{LearningRate.ToString(CultureInfo.InvariantCulture)}, wanted a finite number (use another copy)");
        }

        if (shape is not null && checkpoint.Has(RowsKey))
        {
            carriedRows = checkpoint.Number(RowsKey);
            carries = options.CarryState;
            if (carries)
                ReadStates(checkpoint);
        }

        if (shape is null)
            ReadStatesOfShape(checkpoint);
    }

    // What the states take is in the file, so it is compared before anything is allocated.
    private void ReadStates(Checkpoint checkpoint)
    {
        var sizes = new Dictionary<string, int>(model.Sizes) { ["B"] = carriedRows };
        try
        {
            foreach (Port port in model.Program.Inputs.Where(port => port.Role == PortRole.State))
                checkpoint.Require("state." + port.Name, model.Options.Precision, SizeCheck.Shape(port.Type, sizes));
        }
        catch (Exception e) when (e is GraphException or OverflowException)
        {
            throw ModelFile.Unreadable(checkpoint, $"state of {carriedRows} rows", e);
        }

        foreach (var (name, tensor) in shared.StatesOf(model.Program, sizes))
            checkpoint.Get("state." + name, tensor);
    }

    private void RestoreSchedule(Checkpoint checkpoint)
    {
        int wanted = options.LearningRate.State.Length;
        if (wanted == 0)
            return;
        double[] state = checkpoint.Numbers("schedule");
        if (state.Length != wanted)
        {
            throw new CheckpointException(
                $"'{checkpoint.Path}' holds {state.Length} numbers of a schedule, wanted {wanted} (use the checkpoint of this schedule)");
        }

        options.LearningRate.Restore(state);
    }
}
