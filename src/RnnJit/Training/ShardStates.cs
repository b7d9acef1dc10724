using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The carried states of the shards of a rank.</summary>
internal sealed class ShardStates : IDisposable
{
    private readonly ShardPlan plan;
    private readonly IRanks ranks;
    private readonly CarriedState bound;
    private readonly Tensor[] next;
    private readonly Tensor[] current;
    private KeyValuePair<string, Tensor>[]? whole;

    /// <param name="bound">The states of the step, of one shard.</param>
    public ShardStates(ShardPlan plan, IRanks ranks, CarriedState bound)
    {
        (this.plan, this.ranks, this.bound) = (plan, ranks, bound);
        current = Rows(plan.Own);
        next = Rows(plan.Own);
    }

    /// <summary>B, the rows of the whole batch.</summary>
    public int Batch => plan.Batch;

    /// <summary>States of all B rows as <see cref="Collect"/> or <see cref="Take"/> left them.</summary>
    /// <exception cref="InvalidOperationException">A step was made since.</exception>
    public IEnumerable<KeyValuePair<string, Tensor>> Whole =>
        whole ?? throw new InvalidOperationException("The states of the batch are with the ranks (call Collect at every rank first)");

    /// <summary>Makes the states of one of this rank's shards those that the next run begins with.</summary>
    /// <param name="own">The shard, from 0 to S / P − 1.</param>
    public void Load(int own)
    {
        for (int i = 0; i < current.Length; i++)
            Shard(current[i], own).CopyTo(bound[i].WriteBytes());
    }

    /// <summary>Keeps the final states of the last run.</summary>
    public void Keep(int own)
    {
        for (int i = 0; i < next.Length; i++)
            bound.Final(i).WriteBytes().CopyTo(Shard(next[i], own));
    }

    /// <summary>Begins with what was kept from now on.</summary>
    public void Advance()
    {
        DropWhole();
        for (int i = 0; i < current.Length; i++)
            (current[i], next[i]) = (next[i], current[i]);
    }

    /// <summary>Makes a row of the batch zero, where this rank has it.</summary>
    public void Reset(int row)
    {
        int own = row - plan.FirstRow(plan.First), rows = plan.Own * plan.Rows;
        if (own < 0 || own >= rows)
            return;
        DropWhole();
        foreach (Tensor state in current)
        {
            Span<byte> bytes = state.WriteBytes();
            int length = bytes.Length / rows;
            bytes.Slice(own * length, length).Clear();
        }
    }

    /// <summary>Gives every rank the states of all rows; all ranks call it.</summary>
    public void Collect()
    {
        if (whole is not null)
            return;
        Tensor[] all = Rows(plan.Shards);
        for (int i = 0; i < all.Length; i++)
            ranks.AllGather(current[i].WriteBytes(), all[i].WriteBytes());
        whole = [.. all.Select((tensor, i) => KeyValuePair.Create(bound.Names[i], tensor))];
    }

    /// <summary>Takes states of all B rows over.</summary>
    /// <param name="read">Fills the tensor of a state.</param>
    public void Take(Action<string, Tensor> read)
    {
        DropWhole();
        Tensor[] all = Rows(plan.Shards);
        for (int i = 0; i < all.Length; i++)
        {
            read(bound.Names[i], all[i]);
            int length = current[i].WriteBytes().Length;
            all[i].WriteBytes().Slice(plan.Rank * length, length).CopyTo(current[i].WriteBytes());
        }

        whole = [.. all.Select((tensor, i) => KeyValuePair.Create(bound.Names[i], tensor))];
    }

    public void Dispose()
    {
        DropWhole();
        foreach (Tensor state in current.Concat(next))
            state.Dispose();
    }

    private void DropWhole()
    {
        foreach (var (_, tensor) in whole ?? [])
            tensor.Dispose();
        whole = null;
    }

    private Tensor[] Rows(int shards) => [.. bound.Names.Select((_, i) =>
        new Tensor(bound[i].Element, [plan.Rows * shards, .. bound[i].Shape.Skip(1)]))];

    private Span<byte> Shard(Tensor state, int own)
    {
        Span<byte> bytes = state.WriteBytes();
        int length = bytes.Length / plan.Own;
        return bytes.Slice(own * length, length);
    }
}
