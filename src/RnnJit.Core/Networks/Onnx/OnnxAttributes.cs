using RnnJit.Ir;

namespace RnnJit.Networks.Onnx;

/// <summary>The attributes of ONNX's LSTM, GRU and RNN (Operators.md of ONNX). Attributes that an operator does not have are
/// ignored.</summary>
public sealed record OnnxAttributes
{
    /// <summary><c>forward</c>, <c>reverse</c> or <c>bidirectional</c>.</summary>
    public string Direction { get; init; } = "forward";

    /// <summary>For each direction its functions: f, g, h of an LSTM, f, g of a GRU, f of an RNN. Empty: the operator's own.</summary>
    public IReadOnlyList<string> Activations { get; init; } = [];

    /// <summary>Taken in order by the functions that have an alpha.</summary>
    public IReadOnlyList<double> ActivationAlpha { get; init; } = [];

    /// <summary>Taken in order by the functions that have a beta.</summary>
    public IReadOnlyList<double> ActivationBeta { get; init; } = [];

    /// <summary>
    /// The bound to which the arguments of the gate and candidate activations are clamped, [−clip, clip]; null: no bound.
    /// </summary>
    public double? Clip { get; init; }

    /// <summary>LSTM: the forget gate is 1 − i.</summary>
    public bool InputForget { get; init; }

    /// <summary>GRU: the reset gate acts on the product.</summary>
    public bool LinearBeforeReset { get; init; }

    /// <summary>0: X [T, B, I], Y [T, D, B, H], states [D, B, H]. 1: X [B, T, I], Y [B, T, D, H], states [B, D, H].</summary>
    public int Layout { get; init; }

    internal int Directions => Direction switch
    {
        "forward" or "reverse" => 1,
        "bidirectional" => 2,
        _ => throw new GraphException("RNNJ169", $"'{Direction}' is no direction of ONNX (write forward, reverse or bidirectional)"),
    };

    internal bool IsReverse(int direction) => direction == 1 || Direction == "reverse";

    // The functions of each direction.
    internal OnnxActivation[][] Functions(string op, params string[] usual)
    {
        int wanted = usual.Length * Directions;
        IReadOnlyList<string> names =
            Activations.Count > 0 ? Activations : Enumerable.Repeat(usual, Directions).SelectMany(own => own).ToArray();
        if (names.Count != wanted)
            throw new GraphException("RNNJ169",
                $"'{op}' {Direction} has {names.Count} activations, wanted {wanted} ({usual.Length} for each direction)");
        OnnxActivation[] found = OnnxActivation.Find(names, ActivationAlpha, ActivationBeta);
        return Enumerable.Range(0, Directions).Select(direction => found.Skip(direction * usual.Length).Take(usual.Length).ToArray())
            .ToArray();
    }

    internal void Check()
    {
        if (Clip is <= 0)
            throw new GraphException("RNNJ169", $"clip is {Clip}, wanted more than 0 (leave it away for none)");
        if (Layout is not (0 or 1))
            throw new GraphException("RNNJ169", $"layout is {Layout}, wanted 0 or 1 (0 is time first)");
    }

    internal Value Clipped(Value x) => Clip is { } clip ? Rnn.Min(Rnn.Max(x, -clip), clip) : x;
}
