using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>Epochs of a training loop, and the parameters of the best one.</summary>
/// <param name="first">Steps that the trainer had made before the first epoch.</param>
/// <param name="batches">Batches of an epoch.</param>
internal sealed class FitState(int first, int batches) : IDisposable
{
    private const string Key = "fit", BestPrefix = "fit.best.";
    private const int Header = 6, Numbers = 3;

    private TensorBlock? best;

    public int First => first;

    public int Batches => batches;

    /// <summary>Epochs that ended.</summary>
    public List<FitEpoch> Epochs { get; } = [];

    /// <summary>The sum of the losses of the epoch that runs, and their number.</summary>
    public (double Sum, int Count) Running { get; set; }

    /// <summary>The epoch with the best measure; null before the first one.</summary>
    public FitEpoch? Best { get; private set; }

    /// <summary>Adds an epoch.</summary>
    /// <param name="keep">True to keep a copy of the parameters if it is the best one.</param>
    public void Add(FitEpoch epoch, bool higherIsBetter, bool keep, Model model)
    {
        Epochs.Add(epoch);
        Running = default;
        if (Best is { } known && !(higherIsBetter ? epoch.Measure > known.Measure : epoch.Measure < known.Measure))
            return;
        Best = epoch;
        if (!keep)
            return;
        best ??= model.Block.Alike();
        best.Whole.CopyFrom(model.Block.Whole);
    }

    /// <summary>Gives the model the parameters of the best epoch, where they were kept.</summary>
    public void Restore(Model model)
    {
        foreach (var (name, tensor) in best?.Parts ?? new Dictionary<string, Tensor>())
            model.Parameters[name].CopyFrom(tensor);
    }

    public void Write(Checkpoint checkpoint)
    {
        checkpoint.Put(Key, [first, batches, Running.Sum, Running.Count, Best?.Epoch ?? 0, 0,
            .. Epochs.SelectMany(epoch => (double[])[epoch.Epoch, epoch.Loss, epoch.Measure])]);
        foreach (var (name, tensor) in best?.Parts ?? new Dictionary<string, Tensor>())
            checkpoint.Put(BestPrefix + name, tensor);
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
            && IsCount(numbers[0]) && IsCount(numbers[1]) && IsCount(numbers[3]) && IsCount(numbers[4]);
        var state = new FitState(whole ? (int)numbers[0] : 0, whole ? (int)numbers[1] : 0);
        for (int n = Header; whole && n < numbers.Length; n += Numbers)
        {
            whole = numbers[n] == state.Epochs.Count + 1;
            state.Epochs.Add(new FitEpoch(state.Epochs.Count + 1, numbers[n + 1], numbers[n + 2]));
        }

        long done = steps - state.First, ended = state.Epochs.Count * (long)state.Batches;
        if (!whole || numbers[1] < 1 || numbers[4] > state.Epochs.Count || done < ended || done > ended + state.Batches
            || !numbers.All(double.IsFinite))
            throw new CheckpointException(
                $"'{checkpoint.Path}' holds numbers of epochs that no training loop leaves behind (use another copy)");
        state.Running = (numbers[2], (int)numbers[3]);
        state.Best = numbers[4] > 0 ? state.Epochs[(int)numbers[4] - 1] : null;
        if (checkpoint.HasTensor(BestPrefix + model.Parameters.Keys.FirstOrDefault()))
        {
            state.best = model.Block.Alike();
            foreach (var (name, tensor) in state.best.Parts)
                checkpoint.Get(BestPrefix + name, tensor);
        }

        return state;
    }

    public void Dispose() => best?.Dispose();

    private static bool IsCount(double number) => number is >= 0 and <= int.MaxValue && number == Math.Floor(number);
}
