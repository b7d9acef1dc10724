using System.Globalization;
using RnnJit.Files;
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
    /// The file is one of <see cref="Model.Load(string, ModelOptions, bool)"/> too, which takes the parameters that the model has
    /// now. It is written whole or not at all.
    /// </summary>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    /// <exception cref="DivergenceException">A parameter, a moment or a carried state is not finite; a previous file is
    /// untouched.</exception>
    public void Save(string path) => SaveWith(path, WriteLoop);

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Save(string)"/>
    public void Save(Stream stream) => SaveWith(stream, WriteLoop);

    /// <summary>Writes what <see cref="Save(string)"/> does up to the carried states, and what the caller adds.</summary>
    /// <inheritdoc cref="Save(string)" path="/exception"/>
    internal void SaveWith(string path, Action<Checkpoint> more) => Copied(path, more)();

    /// <inheritdoc cref="SaveWith(string, Action{Checkpoint})"/>
    internal void SaveWith(Stream stream, Action<Checkpoint> more)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Writing(Filled(WholeStream.NameOf(stream), more), checkpoint => checkpoint.Write(stream))();
    }

    /// <summary>Copies what <see cref="SaveWith(string, Action{Checkpoint})"/> writes, so that training may go on.</summary>
    /// <returns>Writes the file, from any thread, with the exceptions of <see cref="Save(string)"/>.</returns>
    internal Action Copied(string path, Action<Checkpoint> more) => Writing(Filled(path, more), checkpoint => checkpoint.Write(path));

    private void WriteLoop(Checkpoint checkpoint)
    {
        Loop?.Write(checkpoint, Steps);
        if (carries)
            checkpoint[RowsKey] = FileRows.ToString(CultureInfo.InvariantCulture);
    }

    private Checkpoint Filled(string path, Action<Checkpoint> more)
    {
        var checkpoint = new Checkpoint(path);
        ModelFile.Write(model, checkpoint);
        Write(checkpoint);
        more(checkpoint);
        return checkpoint;
    }

    private Action Writing(Checkpoint checkpoint, Action<Checkpoint> write)
    {
        int steps = Steps;
        return () =>
        {
            try
            {
                write(checkpoint);
            }
            catch (NotFiniteNumberException e)
            {
                throw new DivergenceException(steps, e.Message, checkpoint.Path, e);
            }
        };
    }

    /// <summary>Takes up what <see cref="Save(string)"/> wrote besides the model and the loop of <see cref="Fit"/>.</summary>
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

        if (shape is null)
        {
            ReadStatesOfShape(checkpoint);
            return;
        }

        // A shape that was bound ahead has said how many rows it carries.
        if (!carries && checkpoint.Has(RowsKey))
            (carries, carriedRows) = (options.CarryState, checkpoint.Number(RowsKey));
        if (carries)
            ReadStates(checkpoint);
    }

    private void Write(Checkpoint checkpoint)
    {
        checkpoint["steps"] = Steps.ToString(CultureInfo.InvariantCulture);
        checkpoint[RowLanesOf.Key] = model.RowLanes.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, tensor) in shared.Tensors)
            checkpoint.Put(name, tensor);
        checkpoint.Put("schedule", options.LearningRate.State);
        if (carries || shape is null)
        {
            foreach (var (name, tensor) in ShardStates?.Whole ?? shared.StatesOf(model.Program, StateSizes()))
                checkpoint.Put("state." + name, tensor);
        }
    }

    // The file has the states' sizes, so they are checked before any allocation.
    private void ReadStates(Checkpoint checkpoint)
    {
        Dictionary<string, int> sizes = StateSizes();
        try
        {
            foreach (Port port in model.Program.Inputs.Where(port => port.Role == PortRole.State))
                checkpoint.Require("state." + port.Name, model.Options.Precision, SizeCheck.Shape(port.Type, sizes));
        }
        catch (Exception e) when (e is GraphException or OverflowException)
        {
            throw ModelFile.Unreadable(checkpoint, $"state of {FileRows} rows", e);
        }

        if (ShardStates is { } shards)
        {
            shards.Take((name, tensor) => checkpoint.Get(StatePrefix + name, tensor));
            return;
        }

        foreach (var (name, tensor) in shared.StatesOf(model.Program, sizes))
            checkpoint.Get("state." + name, tensor);
    }

    // A trainer that was resumed has rows of states before it has a shape.
    private Dictionary<string, int> StateSizes()
    {
        var sizes = new Dictionary<string, int>(model.Sizes) { ["B"] = carriedRows };
        foreach (var (symbol, size) in current?.Sizes ?? new Dictionary<string, int>())
            sizes[symbol] = size;
        sizes["B"] = ShardStates?.Batch ?? sizes["B"];
        return sizes;
    }

    private int FileRows => ShardStates?.Batch ?? carriedRows;

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
