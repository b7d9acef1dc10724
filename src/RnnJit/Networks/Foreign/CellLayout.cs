using RnnJit.Cells;

namespace RnnJit.Networks;

/// <summary>
/// A built-in cell as other libraries keep it: its gates, by the cell's own names, in the order in which they are stacked. The gates of a
/// simple recurrent network are one without a name.
/// </summary>
/// <param name="Torch">PyTorch's order; null where PyTorch has no such cell.</param>
/// <param name="Keras">Keras' order; null where Keras has no such cell.</param>
internal sealed record CellLayout(string Name, Func<CellDefinition> Find, string[]? Torch, string[]? Keras)
{
    public static readonly string[] TorchLstmGates = ["i", "f", "g", "o"], TorchGruGates = ["r", "z", "n"];
    public static readonly string[] KerasLstmGates = ["i", "f", "g", "o"], KerasGruGates = ["z", "r", "n"];
    public static readonly string[] OneGate = [""];

    public static CellLayout Lstm { get; } = new("LSTM", () => CellRegistry.Find(typeof(Lstm)), TorchLstmGates, KerasLstmGates);

    public static CellLayout LstmProjected { get; } =
        new("LSTM with projection", () => CellRegistry.Find(typeof(LstmProjected)), TorchLstmGates, null);

    public static CellLayout Gru { get; } =
        new("GRU with the reset gate before the product", () => CellRegistry.Find(typeof(Gru)), null, KerasGruGates);

    public static CellLayout GruResetAfter { get; } =
        new("GRU", () => CellRegistry.Find(typeof(GruResetAfter)), TorchGruGates, KerasGruGates);

    public static CellLayout Elman { get; } = new("RNN with tanh", () => CellRegistry.Find(typeof(Elman)), OneGate, OneGate);

    public static CellLayout ElmanRelu { get; } = new("RNN with relu", () => CellRegistry.Find(typeof(ElmanRelu)), OneGate, OneGate);

    public static IReadOnlyList<CellLayout> All { get; } = [Lstm, LstmProjected, Gru, GruResetAfter, Elman, ElmanRelu];

    /// <summary>The gates in any order.</summary>
    public string[] Gates => Torch ?? Keras!;

    /// <summary>True where the cell itself has a recurrent bias of that gate, which stands inside the reset product.</summary>
    public bool KeepsApart(string gate) => this == GruResetAfter && gate == "n";
}
