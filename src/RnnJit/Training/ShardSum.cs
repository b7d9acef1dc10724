using System.Numerics;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The sum of the gradients and numbers of all shards.</summary>
internal abstract class ShardSum : IDisposable
{
    /// <param name="gradients">The block that every shard's gradients are written to.</param>
    public static ShardSum Of(TensorBlock gradients, ShardPlan plan, IRanks ranks, long memoryLimit)
    {
        int depth = BitOperations.Log2((uint)plan.Own) + (BitOperations.IsPow2(plan.Own) ? 0 : 1);
        long bytes = gradients.Whole.Bytes * depth;
        MemoryBudget.Require("The sums of the shards' gradients", bytes, memoryLimit);
        return gradients.Whole.Element == ElementType.F64
            ? new TypedShardSum<double>(gradients, plan, ranks)
            : new TypedShardSum<float>(gradients, plan, ranks);
    }

    /// <summary>Takes a shard's results up, of which the gradients are overwritten by the next one.</summary>
    /// <param name="means">Tensors that are means over the rows of a batch: the loss, then running statistics.</param>
    /// <param name="weight">The number that the loss was divided by; null: shards have equal weights.</param>
    public abstract void Add(Tensor[] means, Tensor? weight);

    /// <summary>Adds the shards of all ranks and writes gradients and means of the whole batch to the tensors.</summary>
    /// <param name="stop">True where this rank is asked to end.</param>
    /// <returns>True where any rank is.</returns>
    public abstract bool Finish(Tensor[] means, Tensor? weight, bool stop);

    public abstract void Dispose();
}
