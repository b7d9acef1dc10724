using System.Numerics;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The sum in the element type of the gradients.</summary>
internal sealed class TypedShardSum<T>(TensorBlock gradients, ShardPlan plan, IRanks ranks) : ShardSum
    where T : unmanaged, INumberBase<T>
{
    // Stop flag, weight, loss; behind them running statistics.
    private const int Stop = 0, Weight = 1, Loss = 2;

    private readonly RankSum<T> across = new(ranks);
    private readonly Stack<TensorBlock> free = [];
    private readonly Stack<(TensorBlock Gradients, T[] Numbers)> open = [];
    private T[] numbers = [];
    private int added;

    public override void Add(Tensor[] means, Tensor? weight)
    {
        Span<T> block = gradients.Whole.Write<T>();
        numbers = Numbers(means);
        if (weight is not null)
            Scale(block, weight.Read<T>()[0]);
        for (int pairs = added++; (pairs & 1) != 0; pairs >>= 1)
            Join(block);
        if (added == plan.Own)
        {
            while (open.Count > 0)
                Join(block);
            return;
        }

        TensorBlock kept = free.Count > 0 ? free.Pop() : gradients.Alike();
        block.CopyTo(kept.Whole.Write<T>());
        open.Push((kept, numbers));
    }

    public override bool Finish(Tensor[] means, Tensor? weight, bool stop)
    {
        added = 0;
        T shards = T.CreateChecked(plan.Shards);
        numbers[Stop] = stop ? T.One : T.Zero;
        across.Add(numbers, T.One);
        T divisor = weight is null ? shards : numbers[Weight];
        across.Add(gradients.Whole.Write<T>(), divisor);
        means[0].Write<T>()[0] = numbers[Loss] / divisor;
        int start = Loss + 1;
        foreach (Tensor mean in means.AsSpan(1))
        {
            Span<T> values = mean.Write<T>();
            numbers.AsSpan(start, values.Length).CopyTo(values);
            SumTree.Divide(values, shards);
            start += values.Length;
        }

        return numbers[Stop] != T.Zero;
    }

    public override void Dispose()
    {
        foreach (TensorBlock block in free.Concat(open.Select(pair => pair.Gradients)))
            block.Dispose();
    }

    // The earlier shards are the left operand, which the bits of a sum of two do not show.
    private void Join(Span<T> block)
    {
        var (earlier, earlierNumbers) = open.Pop();
        SumTree.Sum(earlier.Whole.Read<T>(), block, block);
        SumTree.Sum<T>(earlierNumbers, numbers, numbers);
        free.Push(earlier);
    }

    // A shard without weight has a loss of 0 / 0 and counts for nothing.
    private void Scale(Span<T> block, T weight)
    {
        numbers[Weight] = weight;
        if (weight == T.Zero)
        {
            block.Clear();
            numbers[Loss] = T.Zero;
            return;
        }

        SumTree.Multiply(block, weight);
        numbers[Loss] *= weight;
    }

    private static T[] Numbers(Tensor[] means)
    {
        var numbers = new T[Loss + means.Sum(mean => mean.Length)];
        int start = Loss;
        foreach (Tensor mean in means)
        {
            mean.Read<T>().CopyTo(numbers.AsSpan(start));
            start += mean.Length;
        }

        return numbers;
    }
}
