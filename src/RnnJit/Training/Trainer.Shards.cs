using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <content>The two parts of a step for shards of a batch.</content>
public sealed partial class Trainer
{
    /// <summary>States of shards, which files hold as those of the whole batch; null where the batch is whole.</summary>
    internal ShardStates? ShardStates { get; set; }

    internal bool CarriesState => options.CarryState;

    internal TensorBlock GradientBlock => shared.Gradients ?? throw NoShape();

    /// <summary>The loss, then running statistics: means over the rows of a shard, between the parts of a step.</summary>
    internal Tensor[] Means => Current.Means;

    /// <summary>The number that the loss was divided by; null where the options name none.</summary>
    internal Tensor? LossWeight => options.LossWeight is { } name ? Current.Executable.Output(name) : null;

    /// <summary>False where the loss or a gradient of the last shard is not finite.</summary>
    internal bool IsShardFinite => double.IsFinite(Current.Loss) && (GradientBlock.Whole.Element == ElementType.F64
        ? double.IsFinite(Square(GradientBlock.Whole.Read<double>()))
        : double.IsFinite(Square(GradientBlock.Whole.Read<float>())));

    /// <summary>Binds the shape of a shard.</summary>
    /// <returns>States of all rows that the trainer was resumed with; null: none.</returns>
    internal IReadOnlyDictionary<string, Tensor>? BindShards(int steps, int batch, int rows)
    {
        if (!options.SplitStep)
            throw NotSplit(nameof(ShardedStep));
        IReadOnlyDictionary<string, Tensor>? resumed = null;
        if (carries)
        {
            RequireRows(batch);
            resumed = shared.StatesOf(model.Program, StateSizes()).ToDictionary();
            carries = false;
        }

        Bind(steps, rows);
        return resumed;
    }

    /// <summary>The first part of the step over rows of a batch, whose masks are those of the whole one.</summary>
    internal void BackwardShard(int firstRow, int batch)
    {
        Current.FillRandom(model.Options.Seed, Steps, firstRow, batch);
        Current.Executable.Run();
    }

    /// <summary>The second part.</summary>
    /// <param name="place">Finds the place where the step diverged.</param>
    internal double UpdateShards(Func<string?> place)
    {
        Current.FillNumbers(Steps + 1, shared.Rate(Steps));
        Current.Update!.Run();
        double loss = Current.Loss;
        Finish(Current, place);
        return loss;
    }

    internal string? Locate() => options.Locate?.Invoke(Current.Executable);

    private static double Square<T>(ReadOnlySpan<T> values)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        double sum = 0;
        foreach (T value in values)
            sum += double.CreateChecked(value) * double.CreateChecked(value);
        return sum;
    }
}
