namespace RnnJit.Data;

/// <summary>Inputs of one training step or one run, by the names that the network gives them.</summary>
/// <param name="Rows">Rows that count: the last batch of an epoch may have fewer than the others.</param>
/// <param name="Inputs">Values by the name of the input.</param>
public sealed record Batch(int Rows, IReadOnlyDictionary<string, BatchInput> Inputs)
{
    /// <summary>
    /// The place of each row in the data set, counted from 0, [Rows], so that results of shuffled batches find their rows again; empty
    /// where the batch was not made of rows.
    /// </summary>
    public IReadOnlyList<int> Numbers { get; init; } = [];

    /// <summary>The same batch without some inputs, such as those that a loop reads and the network does not have.</summary>
    /// <exception cref="UnknownNameException">The batch has no such input.</exception>
    public Batch Without(params IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => !Inputs.ContainsKey(name)) is { } unknown)
            throw new UnknownNameException("The batch", "input", unknown, Inputs.Keys);
        return this with { Inputs = Inputs.Where(input => !names.Contains(input.Key)).ToDictionary() };
    }
}
