namespace RnnJit.Networks;

/// <summary>Facts of a PyTorch module that its state dict does not tell.</summary>
public sealed record PyTorchOptions
{
    /// <summary>The function of <c>torch.nn.RNN</c>; LSTM and GRU have none to choose.</summary>
    public Nonlinearity Nonlinearity { get; init; }

    /// <summary>Sequences are [B, T, …], as with <c>batch_first=True</c>; else [T, B, …].</summary>
    public bool BatchFirst { get; init; }

    /// <summary>Reads the tensors whose names begin so, without it, and no others; for instance <c>encoder.</c> or
    /// <c>module.</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The model has an input <c>lengths</c> i32[B], the steps of each row, as a packed sequence has.</summary>
    public bool Lengths { get; init; }

    /// <summary>The model's result is that of the step that each direction made last, [B, ·], not of every step.</summary>
    public bool LastStep { get; init; }
}
