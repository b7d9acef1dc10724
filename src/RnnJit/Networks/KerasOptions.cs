namespace RnnJit.Networks;

/// <summary>Facts of Keras' layers that their weights do not tell.</summary>
public sealed record KerasOptions
{
    /// <summary>The activation of <c>SimpleRNN</c>; LSTM and GRU have tanh, with a sigmoid as <c>recurrent_activation</c>.</summary>
    public Nonlinearity Nonlinearity { get; init; }

    /// <summary>For a GRU without biases: <c>reset_after</c>, Keras' default. With biases their shape tells.</summary>
    public bool ResetAfter { get; init; } = true;

    /// <summary>Sequences are [B, T, …], as in Keras; else [T, B, …].</summary>
    public bool BatchFirst { get; init; } = true;

    /// <summary>The recurrent layers from the bottom, by Keras' names, for instance <c>["lstm", "gru"]</c>; empty: in the order of their
    /// numbers, <c>lstm</c>, <c>lstm_1</c>, or else of the file.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The model has an input <c>lengths</c> i32[B], the steps of each row, as a mask at the end of rows.</summary>
    public bool Lengths { get; init; }

    /// <summary>The model's result is that of the step that each direction made last, [B, ·], as without <c>return_sequences</c> in the
    /// last layer.</summary>
    public bool LastStep { get; init; }
}
