using RnnJit.Data;
using RnnJit.Interpretation;
using RnnJit.Ir;

namespace RnnJit.Training;

/// <content>Shapes of batches that a step is bound to.</content>
public sealed partial class Trainer
{
    /// <summary>
    /// Binds a shape ahead of its first batch, which takes as long as making a trainer of it: <see cref="Input"/>, filled in place for
    /// <see cref="Step()"/>, <see cref="State"/> and <see cref="Differentiated"/> are there from then on.
    /// </summary>
    /// <remarks>
    /// With <see cref="TrainerOptions.CarryState"/> the states are those of B rows from now on: <see cref="Save(string)"/> writes what they
    /// hold, before the first step too, and another number of rows is refused until <see cref="ResetState"/>.
    /// </remarks>
    /// <param name="steps">T, taken as it is; <see cref="TrainerOptions.StepMultiple"/> is for batches.</param>
    /// <param name="batch">B.</param>
    /// <exception cref="GraphException">RNNJ101: the network leaves more sizes open than T and B; RNNJ202: a size is below 1.</exception>
    /// <exception cref="InvalidOperationException">The trainer was made for one shape, or states of other rows are carried.</exception>
    public void Bind(int steps, int batch)
    {
        RequireAnyShape();
        RequireRows(batch);
        Use(steps, batch);
        (carries, carriedRows) = (options.CarryState, batch);
    }

    /// <summary>
    /// Binds the shape of a batch and fills the inputs, for <see cref="Step()"/>, <see cref="Backward"/> or a look at
    /// <see cref="State"/>.
    /// </summary>
    /// <inheritdoc cref="Step(Batch)" path="/exception"/>
    public void Bind(Batch batch)
    {
        BatchShape any = RequireAnyShape();
        Dictionary<string, int> sizes = any.Of(batch);
        RequireRows(sizes["B"]);
        Use(sizes);
        any.Fill(batch, Input);
    }

    /// <summary>Makes all states zero; the next batch may have another number of rows.</summary>
    public void ResetState()
    {
        shared.ClearStates();
        carries = false;
    }

    private BoundStep Current => current ?? throw NoShape();

    private InvalidOperationException NoShape() => new($"The trainer of '{model.Program.Name}' has no shape before the first batch "
        + "(call Step or Bind with one, Bind with steps and batch, or give these to its constructor)");

    private BatchShape RequireAnyShape() => shape ?? throw new InvalidOperationException(
        $"The trainer of '{model.Program.Name}' was made for one shape (leave steps and batch away to train on batches of any shape)");

    private void RequireRows(int rows)
    {
        if (carries && carriedRows != rows)
        {
            throw new InvalidOperationException($"The batch has {rows} rows where states of {carriedRows} are carried "
                + "(keep the number of rows, drop a last batch that is smaller, or call ResetState first)");
        }
    }

    private void Use(int steps, int batch)
    {
        var sizes = new Dictionary<string, int> { ["T"] = steps, ["B"] = batch };
        SizeCheck.Symbols(sizes);
        Use(sizes);
    }

    // The most recently used shape comes first.
    private void Use(Dictionary<string, int> sizes)
    {
        LinkedListNode<BoundStep>? known = bound.First;
        while (known is not null && !IsOf(known.Value, sizes))
            known = known.Next;
        if (known is not null)
        {
            bound.Remove(known);
            bound.AddFirst(known);
            current = known.Value;
            return;
        }

        BoundStep made = new(shared, sizes);
        bound.AddFirst(made);
        current = made;
        if (bound.Count > options.MostShapes)
        {
            bound.Last!.Value.Dispose();
            bound.RemoveLast();
        }
    }

    private static bool IsOf(BoundStep step, Dictionary<string, int> sizes)
    {
        foreach (var (symbol, size) in sizes)
        {
            if (!step.Sizes.TryGetValue(symbol, out int other) || other != size)
                return false;
        }

        return step.Sizes.Count == sizes.Count;
    }
}
