namespace RnnJit;

/// <summary>The shape a session is bound to, the results it computes and whether it carries its states.</summary>
public sealed record SessionOptions
{
    /// <summary>T: time steps of a run, at least 1.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>B: rows of the batch, at least 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Names of results; none: the model's first output. Final states are always computed.</summary>
    public IReadOnlyList<string> Results { get; init; } = [];

    /// <summary>
    /// True: the final states of a run are the initial states of the next one, for one long sequence in parts. False: every run starts from the states as the
    /// caller left them, zeros at first, for sequences that have nothing to do with each other.
    /// </summary>
    public bool CarryState { get; init; }

    /// <exception cref="ArgumentException">A size is below 1.</exception>
    internal void Check()
    {
        if (Steps < 1)
            throw new ArgumentException($"'{nameof(Steps)}' is {Steps}, wanted at least 1 (give the number of time steps)");
        if (Batch < 1)
            throw new ArgumentException($"'{nameof(Batch)}' is {Batch}, wanted at least 1 (give the number of rows)");
    }
}
