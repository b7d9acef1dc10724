using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>A training loop: epochs and steps of its own, the parameters of the best epoch, and those of the last step.</summary>
/// <param name="first">Steps that the trainer had made before the first epoch.</param>
/// <param name="batches">Batches of an epoch.</param>
internal sealed class FitState(int first, int batches) : IDisposable
{
    private const string Key = "fit", BestPrefix = ModelFile.BestPrefix, LastPrefix = "fit.last.";
    private const int Header = 6, Numbers = 3;

    private TensorBlock? best;
    private TensorBlock? last;
    private int lastAt;

    public int Batches => batches;

    /// <summary>True behind a loop that came to its end.</summary>
    public bool Ended { get; set; }

    /// <summary>Epochs that ended.</summary>
    public List<FitEpoch> Epochs { get; } = [];

    /// <summary>The sum of the losses of the epoch that runs, and their number: the batches that are done.</summary>
    public (double Sum, int Count) Running { get; set; }

    /// <summary>Steps of this loop; the trainer may have made others.</summary>
    public long Done => (Epochs.Count * (long)batches) + Running.Count;

    /// <summary>The epoch with the best measure; null before the first one.</summary>
    public FitEpoch? Best { get; private set; }

    /// <summary>True where the parameters of <see cref="Best"/> are known.</summary>
    public bool HasBest => best is not null;

    /// <summary>True for the name of a tensor that <see cref="Write(Checkpoint, int)"/> puts into a file.</summary>
    public static bool IsOwn(string tensor) =>
        tensor.StartsWith(BestPrefix, StringComparison.Ordinal) || tensor.StartsWith(LastPrefix, StringComparison.Ordinal);

    /// <summary>Adds an epoch.</summary>
    /// <param name="keep">True to keep a copy of the parameters if it is the best one.</param>
    public void Add(FitEpoch epoch, bool higherIsBetter, bool keep, Model model)
    {
        Epochs.Add(epoch);
        Running = default;
        if (Best is { } known && !(higherIsBetter ? epoch.Measure > known.Measure : epoch.Measure < known.Measure))
            return;
        Best = epoch;
        if (keep)
        {
            best ??= model.Block.Alike();
            best.Whole.CopyFrom(model.Block.Whole);
        }
        else
        {
            best?.Dispose();
            best = null;
        }
    }

    /// <summary>Gives the model the parameters of the best epoch, where they were kept, and keeps those of the last step.</summary>
    /// <param name="steps">Steps that the trainer has made.</param>
    public void PutBest(Model model, int steps)
    {
        if (best is null || Same(best.Whole, model.Block.Whole))
            return;
        last ??= model.Block.Alike();
        last.Whole.CopyFrom(model.Block.Whole);
        lastAt = steps;
        Copy(best, model);
    }

    /// <summary>Gives the model the parameters of the last step again, unless the trainer made steps from the best ones.</summary>
    /// <param name="steps">Steps that the trainer has made.</param>
    public void TakeLast(Model model, int steps)
    {
        if (last is null)
            return;
        if (lastAt == steps)
            Copy(last, model);
        last.Dispose();
        last = null;
    }

    /// <param name="steps">Steps that the trainer has made.</param>
    public void Write(Checkpoint checkpoint, int steps)
    {
        checkpoint.Put(Key, [first, batches, Running.Sum, Running.Count, Best?.Epoch ?? 0, Ended ? 1 : 0,
            .. Epochs.SelectMany(epoch => (double[])[epoch.Epoch, epoch.Loss, epoch.Measure])]);
        Write(checkpoint, BestPrefix, best);
        Write(checkpoint, LastPrefix, lastAt == steps ? last : null);
    }

    /// <summary>The training loop that a checkpoint holds; null where none ran.</summary>
    /// <param name="steps">Steps that the trainer had made.</param>
    /// <exception cref="CheckpointException">The numbers are not those of a training loop.</exception>
    public static FitState? Read(Checkpoint checkpoint, Model model, int steps)
    {
        if (!checkpoint.HasTensor(Key))
            return null;
        double[] numbers = checkpoint.Numbers(Key);
        bool whole = numbers.Length >= Header && numbers.Length % Numbers == 0
            && IsCount(numbers[0]) && IsCount(numbers[1]) && IsCount(numbers[3]) && IsCount(numbers[4]) && numbers[5] is 0 or 1;
        var state = new FitState(whole ? (int)numbers[0] : 0, whole ? (int)numbers[1] : 0);
        for (int n = Header; whole && n < numbers.Length; n += Numbers)
        {
            whole = numbers[n] == state.Epochs.Count + 1;
            state.Epochs.Add(new FitEpoch(state.Epochs.Count + 1, numbers[n + 1], numbers[n + 2]));
        }

        state.Running = whole ? (numbers[2], (int)numbers[3]) : default;
        if (!whole || numbers[1] < 1 || numbers[4] > state.Epochs.Count || numbers[3] > numbers[1] || state.Done > steps - numbers[0]
            || !numbers.All(double.IsFinite))
            throw new CheckpointException(
                $"'{checkpoint.Path}' holds numbers of epochs that no training loop leaves behind (use another copy)");
        state.Ended = numbers[5] == 1;
        state.Best = numbers[4] > 0 ? state.Epochs[(int)numbers[4] - 1] : null;
        state.best = Read(checkpoint, BestPrefix, model);
        (state.last, state.lastAt) = (Read(checkpoint, LastPrefix, model), steps);
        return state;
    }

    public void Dispose()
    {
        best?.Dispose();
        last?.Dispose();
    }

    private static void Write(Checkpoint checkpoint, string prefix, TensorBlock? block)
    {
        foreach (var (name, tensor) in block?.Parts ?? new Dictionary<string, Tensor>())
            checkpoint.Put(prefix + name, tensor);
    }

    private static TensorBlock? Read(Checkpoint checkpoint, string prefix, Model model)
    {
        if (!checkpoint.HasTensor(prefix + model.Parameters.Keys.FirstOrDefault()))
            return null;
        TensorBlock block = model.Block.Alike();
        foreach (var (name, tensor) in block.Parts)
            checkpoint.Get(prefix + name, tensor);
        return block;
    }

    private static void Copy(TensorBlock block, Model model)
    {
        foreach (var (name, tensor) in block.Parts)
            model.Parameters[name].CopyFrom(tensor);
    }

    private static bool Same(Tensor one, Tensor other) => one.Element == ElementType.F64
        ? one.Read<double>().SequenceEqual(other.Read<double>())
        : one.Read<float>().SequenceEqual(other.Read<float>());

    private static bool IsCount(double number) => number is >= 0 and <= int.MaxValue && number == Math.Floor(number);
}
