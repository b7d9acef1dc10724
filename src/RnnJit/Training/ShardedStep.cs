using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>
/// A training step whose batch is cut into S shards, trained by P ranks. A rank differentiates its shards one after another, gradients and
/// losses of all are added level by level and divided by S, and every rank makes the same update. What is learned depends on S and not on
/// P: files of any number of ranks are equal byte for byte.
/// </summary>
/// <remarks>
/// Random masks are those of the whole batch. Batch normalisation normalises each shard by itself, and its running statistics become the
/// mean over shards. A loss that is a weighted mean needs <see cref="TrainerOptions.LossWeight"/>.
/// </remarks>
public sealed class ShardedStep : IDisposable
{
    private readonly Trainer trainer;
    private readonly IRanks ranks;
    private readonly ShardSum sum;
    private readonly ShardStates? states;

    /// <summary>Binds a trainer to the rows of a shard.</summary>
    /// <param name="trainer">Of any shape and with a split step, unused so far or resumed; the caller disposes it after this.</param>
    /// <param name="steps">T.</param>
    /// <param name="batch">B, the rows of the whole batch.</param>
    /// <param name="shards">S, a divisor of B.</param>
    /// <param name="ranks">The processes; null: this one alone.</param>
    /// <exception cref="ArgumentException">The batch cannot be cut into these shards, or not be trained by these ranks.</exception>
    /// <exception cref="InvalidOperationException">The step is not split, or the trainer carries states of other rows.</exception>
    public ShardedStep(Trainer trainer, int steps, int batch, int shards, IRanks? ranks = null)
    {
        (this.trainer, this.ranks) = (trainer, ranks ?? OneRank.Instance);
        Plan = new ShardPlan(shards, batch, this.ranks.Count, this.ranks.Rank);
        IReadOnlyDictionary<string, Tensor>? resumed = trainer.BindShards(steps, batch, Plan.Rows);
        sum = ShardSum.Of(trainer.GradientBlock, Plan, this.ranks, trainer.Model.Options.MemoryLimit);
        if (!trainer.CarriesState)
            return;
        states = trainer.ShardStates = new ShardStates(Plan, this.ranks, trainer.State);
        if (resumed is not null)
            states.Take((name, tensor) => tensor.CopyFrom(resumed[name]));
    }

    /// <summary>The shards of this rank.</summary>
    public ShardPlan Plan { get; }

    /// <summary>True where a rank asked in the last step to end; all ranks have the same answer.</summary>
    public bool Stopped { get; private set; }

    /// <summary>One step over the whole batch; every rank calls it.</summary>
    /// <param name="fill">Called with the number of each shard of this rank, from 0 to S − 1: fills <see cref="Trainer.Input"/>, or calls
    /// <see cref="Trainer.Bind(Data.Batch)"/>, with the rows from <see cref="ShardPlan.FirstRow"/> on. Where the step diverges it is called
    /// again, to find the place.</param>
    /// <param name="stop">True to ask all ranks to end, see <see cref="Stopped"/>.</param>
    /// <returns>The loss of the whole batch before the update.</returns>
    /// <exception cref="DivergenceException">The loss or a gradient is NaN or infinite; nothing was updated, at no rank.</exception>
    /// <exception cref="ArgumentException">The schedule gives a rate that is negative or not finite; nothing was updated.</exception>
    public double Run(Action<int> fill, bool stop = false)
    {
        for (int own = 0; own < Plan.Own; own++)
        {
            Differentiate(own, fill);
            states?.Keep(own);
            sum.Add(trainer.Means, trainer.LossWeight);
        }

        Stopped = sum.Finish(trainer.Means, trainer.LossWeight, stop);
        double loss = trainer.UpdateShards(() => Place(fill));
        states?.Advance();
        return loss;
    }

    /// <summary>Makes the states of a row of the batch zero: its sequence begins anew. Every rank may call it for every row.</summary>
    /// <param name="row">From 0 to B − 1.</param>
    public void Reset(int row) => states?.Reset(row);

    /// <summary>Collects the states of all rows, so that <see cref="Trainer.Save(string)"/> can write them; every rank calls it.</summary>
    public void Collect() => states?.Collect();

    /// <summary>Frees sums and states.</summary>
    public void Dispose()
    {
        sum.Dispose();
        states?.Dispose();
    }

    private void Differentiate(int own, Action<int> fill)
    {
        int shard = Plan.First + own;
        fill(shard);
        states?.Load(own);
        trainer.BackwardShard(Plan.FirstRow(shard), Plan.Batch);
    }

    // The first shard in the order of the batch whose own loss or gradients are not finite, at whatever rank.
    private string? Place(Action<int> fill)
    {
        string place = "";
        for (int own = 0; own < Plan.Own && place.Length == 0; own++)
        {
            Differentiate(own, fill);
            if (!trainer.IsShardFinite)
                place = trainer.Locate() ?? "";
        }

        return Array.Find(RankTexts.Gather(ranks, place), found => found.Length > 0);
    }
}
