using RnnJit.Ir;

namespace RnnJit;

/// <summary>Options of a session: sizes it is bound to, outputs of the Program that it takes as inputs, results it computes, and whether
/// states carry over from run to run.</summary>
public sealed record SessionOptions
{
    /// <summary>T: time steps of a run, at least 1.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>B: rows of the batch, at least 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>
    /// Further dimension symbols of the Program, such as S, the steps of a decoder or the nodes of a tree. They stand above sizes of the
    /// model; T and B are <see cref="Steps"/> and <see cref="Batch"/>.
    /// </summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// Names of outputs that become inputs of the session; the nodes that only compute them are left out. A start state, <c>decoder.h0</c>,
    /// becomes a state of the session, so that a decoder runs step by step from the states that an encoder computed.
    /// </summary>
    public IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>
    /// Names of results; none: the model's first output. Final states are computed too: all of them, or with <see cref="Given"/> those of
    /// states that are read.
    /// </summary>
    public IReadOnlyList<string> Results { get; init; } = [];

    /// <summary>
    /// True: the final states of a run are the initial states of the next one, for one long sequence in parts. False: every run starts from
    /// the states as the caller left them, zeros at first, for sequences that have nothing to do with each other.
    /// </summary>
    public bool CarryState { get; init; }

    /// <summary>Compares <see cref="Sizes"/> with the symbols of a model.</summary>
    /// <exception cref="ArgumentException">No dimension has such a symbol, or parameters have another size.</exception>
    internal void CheckSizes(Graph program, IReadOnlyDictionary<string, int> model)
    {
        string[] symbols = [.. program.Symbols().Distinct()];
        foreach (var (symbol, size) in Sizes)
        {
            if (!symbols.Contains(symbol))
                throw new ArgumentException($"'{nameof(Sizes)}' gives {symbol}, which no dimension of '{program.Name}' has "
                    + $"(found: {string.Join(", ", symbols.Order(StringComparer.Ordinal))}; {nameof(Steps)} is T, {nameof(Batch)} is B)");
            if (model.TryGetValue(symbol, out int own) && own != size && program.Inputs.FirstOrDefault(port =>
                port.Role == PortRole.Parameter
                    && port.Type.Dims.Any(dim => dim.Terms.Any(term => term.Symbol == symbol))) is { } parameter)
            {
                throw new ArgumentException(
                    $"'{nameof(Sizes)}' gives {symbol} = {size}, but '{parameter.Name}' of '{program.Name}' was made "
                    + $"with {own} (leave it out)");
            }
        }
    }

    /// <exception cref="ArgumentException">A size is below 1, or given twice.</exception>
    internal void Check()
    {
        if (Sizes is null || Given is null || Results is null)
            throw new ArgumentException(
                $"'{(Sizes is null ? nameof(Sizes) : Given is null ? nameof(Given) : nameof(Results))}' is null, wanted names "
                    + "(leave it out)");
        if (Steps < 1)
            throw new ArgumentException($"'{nameof(Steps)}' is {Steps}, wanted at least 1 (give the number of time steps)");
        if (Batch < 1)
            throw new ArgumentException($"'{nameof(Batch)}' is {Batch}, wanted at least 1 (give the number of rows)");
        if (Sizes.Keys.FirstOrDefault(symbol => symbol is "T" or "B") is { } known)
            throw new ArgumentException(
                $"'{nameof(Sizes)}' gives {known}, which {(known == "T" ? nameof(Steps) : nameof(Batch))} gives (leave it out)");
        if (Sizes.FirstOrDefault(size => size.Value < 1) is { Key: { } symbol, Value: var size })
            throw new ArgumentException($"'{nameof(Sizes)}' gives {symbol} = {size}, wanted at least 1 (give a positive size)");
    }
}
