using System.Globalization;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Training;

/// <summary>
/// Trains a character language model on a text by truncated back-propagation through time with carried state. Everything follows from text,
/// cell and options; a run that was saved and resumed is bit for bit the run that was not.
/// </summary>
public sealed partial class CharacterTraining : IDisposable
{
    private readonly CharacterText text;
    private readonly SequenceBatches batches;
    private readonly CharacterValidation? validation;
    private readonly Trainer trainer;
    private readonly IRanks ranks;
    private readonly ShardedStep? sharded;
    private double sum;
    private int counted;

    /// <param name="run">Threads, backend.</param>
    /// <param name="ranks">The processes that train together, of which each makes the same calls; null: this one alone.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the shards do not fit the batch or the ranks.</exception>
    /// <exception cref="TextDataException">The text is too short for these options.</exception>
    /// <exception cref="GraphException">The cell does not fit into layers.</exception>
    public CharacterTraining(CharacterText text, CellDefinition cell, CharacterOptions options, ModelOptions? run = null,
        IRanks? ranks = null)
    {
        options.Check();
        this.ranks = ranks ?? OneRank.Instance;
        _ = new ShardPlan(options.Shards, options.Batch, this.ranks.Count);
        (this.text, Cell, Options) = (text, cell, options);
        Vocabulary vocabulary = Vocabulary.Of(text);
        var (training, rest) = SequenceBatches.Split(vocabulary.Encode(text), options.Validation);
        int steps = options.Steps > 0 ? options.Steps : Math.Max((training.Length - 1) / options.Batch, 1);
        batches = SequenceBatches.ForTraining(training, options.Batch, steps, options.Staggered);
        if (options.Updates == 0 && options.Epochs * batches.Windows > int.MaxValue)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"--epochs is {options.Epochs}, which is more than {int.MaxValue} updates (give fewer)"), nameof(options));
        Updates = options.Updates > 0 ? options.Updates : (int)Math.Max(1, Math.Round(options.Epochs * batches.Windows));

        ModelOptions modelOptions = (run ?? new ModelOptions()) with { Seed = options.Seed, Precision = options.Precision };
        Model = new CharacterModel(new Model(CharacterNetwork.Build(options.Regularised(cell), vocabulary.Count, options.Layers,
            options.Hidden, options.Embedding, options.Dropout, options.Residual), modelOptions), vocabulary);
        trainer = new Trainer(Model.Model, new TrainerOptions
        {
            Optimiser = OptimiserChoice.Of(options),
            LearningRate = ScheduleChoice.Of(options, Updates),
            ClipNorm = options.Clip > 0 ? options.Clip : null,
            CarryState = true,
            CheckpointInterval = options.CheckpointInterval,
            SplitStep = options.Shards > 1,
        });
        if (options.Shards > 1)
            sharded = new ShardedStep(trainer, steps, options.Batch, options.Shards, ranks);
        else
            trainer.Bind(steps, options.Batch);
        if (this.ranks.Rank == 0)
            validation = new CharacterValidation(Model.Model, rest, options.Batch, steps);
    }

    public CellDefinition Cell { get; }

    public CharacterOptions Options { get; }

    /// <summary>The origin of the text.</summary>
    public string TextSource => text.Source;

    /// <summary>Characters of the whole text.</summary>
    public int TextLength => text.Length;

    /// <summary>The model in training; valid until this is disposed.</summary>
    public CharacterModel Model { get; }

    /// <summary>The updates of the whole run.</summary>
    public int Updates { get; }

    /// <summary>The updates made so far.</summary>
    public int Done => trainer.Steps;

    /// <summary>Characters that one update reads: T · B.</summary>
    public int CharactersPerUpdate => batches.Steps * batches.Streams;

    /// <summary>Characters over which the validation loss is the mean; 0 at ranks that do not measure it, which are all but the
    /// first.</summary>
    public long ValidationCharacters => validation?.Targets ?? 0;

    /// <summary>True where a rank asked to end, in the last <see cref="Step"/> or <see cref="Measure"/>; all ranks have the same
    /// answer.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Updates that read the text once.</summary>
    public int UpdatesPerEpoch => batches.Windows;

    public LossHistory History { get; private set; } = new();

    /// <summary>The Program of an update.</summary>
    public Graph Program => trainer.Differentiated;

    /// <summary>Continues from a checkpoint.</summary>
    /// <param name="path">Path of a file written by <see cref="Save(string)"/>.</param>
    /// <param name="textOf">Function from the source that the checkpoint names to the text.</param>
    /// <exception cref="CheckpointException">The file is missing, damaged, no character training, or was
    /// written for another text.</exception>
    public static CharacterTraining Resume(string path, Func<string, CharacterText> textOf, ModelOptions? run = null, IRanks? ranks = null)
    {
        run ??= new ModelOptions();
        using Checkpoint checkpoint = Checkpoint.Read(path, run.MemoryLimit);
        return Resume(checkpoint, textOf, run, ranks);
    }

    /// <summary>Continues from what is left of a stream, which stays open.</summary>
    /// <param name="stream">What <see cref="Save(Stream)"/> wrote.</param>
    /// <inheritdoc cref="Resume(string, Func{string, CharacterText}, ModelOptions, IRanks)"/>
    public static CharacterTraining Resume(Stream stream, Func<string, CharacterText> textOf, ModelOptions? run = null)
    {
        run ??= new ModelOptions();
        using Checkpoint checkpoint = Checkpoint.Read(stream, run.MemoryLimit);
        return Resume(checkpoint, textOf, run, null);
    }

    private static CharacterTraining Resume(Checkpoint checkpoint, Func<string, CharacterText> textOf, ModelOptions run, IRanks? ranks)
    {
        CharacterOptions options = ReadOptions(checkpoint);
        CharacterText text = textOf(checkpoint["text"]);
        if (Hash(text) != checkpoint["text.sha256"])
            throw new CheckpointException(
                $"'{checkpoint.Path}' was trained on another text than {text.Source} "
                    + $"(give the text it began with: '{checkpoint["text"]}')");

        CharacterTraining training = Begin(checkpoint, text, options, RowLanesOf.Resume(checkpoint, options.Precision, run), ranks);
        try
        {
            training.Read(checkpoint);
            return training;
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    /// <summary>One update: reads the next T characters of B streams.</summary>
    /// <param name="stop">True to ask all ranks to end, see <see cref="Stopped"/>.</param>
    /// <returns>Their mean loss before the update, in nats per character.</returns>
    /// <exception cref="DivergenceException">Loss or gradient is not finite.</exception>
    public double Step(bool stop = false)
    {
        if (batches.EndOfEpoch)
            batches.Cursor = 0;
        for (int stream = 0; stream < batches.Streams; stream++)
        {
            if (!batches.Begins(stream))
                continue;
            if (sharded is null)
                trainer.State.Reset(stream);
            else
                sharded.Reset(stream);
        }

        double loss = sharded is null ? StepWhole() : sharded.Run(FillShard, stop);
        batches.Cursor++;
        Stopped = sharded?.Stopped ?? stop;
        sum += loss;
        counted++;
        return loss;
    }

    /// <summary>Measures the validation loss, tells it to the schedule and adds a point to <see cref="History"/>. Of several ranks the
    /// first one measures.</summary>
    /// <returns>Nats per character: the mean in training since the last point, and over the whole validation text.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing changed.</exception>
    /// <exception cref="RanksException">Ranks have different parameters, which every rank finds.</exception>
    public (double Training, double Validation) Measure(CancellationToken cancel = default)
    {
        double mean = counted > 0 ? sum / counted : double.NaN;
        double measured = ranks.Count == 1 ? validation!.Run(cancel) : MeasureTogether(cancel);
        History.Add(Done, mean, measured);
        trainer.Observe(measured);
        (sum, counted) = (0, 0);
        return (mean, measured);
    }

    /// <summary>Checks before the first update that <see cref="Save(string)"/> will succeed: a Program whose text exceeds the limits of a
    /// file is refused.</summary>
    /// <exception cref="GraphException">The Program would not be read back (RNNJ246).</exception>
    public void RequireSaveable() => ModelFile.ProgramText(Model.Model);

    /// <summary>Writes all that sampling and resuming need, whole or not at all.</summary>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    /// <exception cref="DivergenceException">A parameter, a moment of the optimiser or a carried state is not finite; a
    /// previous file is untouched.</exception>
    public void Save(string path) => Copied(path)?.Invoke();

    /// <summary>Copies what <see cref="Save(string)"/> writes, so that training may go on; every rank calls it.</summary>
    /// <returns>Writes the file, from any thread; null at ranks that write nothing, which are all but the first.</returns>
    internal Action? Copied(string path)
    {
        sharded?.Collect();
        return ranks.Rank == 0 ? trainer.Copied(path, Write) : null;
    }

    /// <summary>Requires that all ranks have the same build, options, text and vectors, and stand at the same parameters.</summary>
    /// <exception cref="RanksException">Two differ, which every rank finds.</exception>
    internal void RequireSameRanks() => CharacterRanks.RequireSame(ranks, this, Hash(text), ParameterHash());

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Save(string)"/>
    public void Save(Stream stream)
    {
        sharded?.Collect();
        if (ranks.Rank == 0)
            trainer.SaveWith(stream, Write);
    }

    public void Dispose()
    {
        validation?.Dispose();
        sharded?.Dispose();
        trainer.Dispose();
        Model.Dispose();
    }
}
