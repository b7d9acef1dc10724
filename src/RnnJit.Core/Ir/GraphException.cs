namespace RnnJit.Ir;

/// <summary>A graph, a cell or a text that breaks a rule; <see cref="Id"/> is explained in docs/diagnostics.md.</summary>
public sealed class GraphException(string id, string message) : RnnJitException(LongSentence.Shortened(message))
{
    /// <summary>RNNJ0xx for source, RNNJ1xx for graphs.</summary>
    public string Id { get; } = id;
}
