namespace RnnJit.Data;

/// <summary>Inputs of one training step or one run, by the names that the network gives them.</summary>
/// <param name="Rows">Rows that count: the last batch of an epoch may have fewer than the others.</param>
/// <param name="Inputs">Values by the name of the input.</param>
public sealed record Batch(int Rows, IReadOnlyDictionary<string, BatchInput> Inputs);
