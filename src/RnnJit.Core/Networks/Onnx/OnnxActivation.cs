using RnnJit.Ir;

namespace RnnJit.Networks.Onnx;

/// <summary>An activation function of the recurrent operators of ONNX: its name and the numbers that its formula has.</summary>
public sealed class OnnxActivation
{
    private static readonly OnnxActivation[] Known =
    [
        new("Relu", null, null, false, false, (x, _, _) => Rnn.Relu(x)),
        new("Tanh", null, null, false, false, (x, _, _) => Rnn.Tanh(x)),
        new("Sigmoid", null, null, false, false, (x, _, _) => Rnn.Sigmoid(x)),
        new("Affine", null, null, true, true, (x, alpha, beta) => (alpha * x) + beta),
        new("LeakyRelu", 0.01, null, true, false, (x, alpha, _) => Rnn.Select(Rnn.Less(x, 0), alpha * x, x)),
        new("ThresholdedRelu", 1, null, true, false, (x, alpha, _) => Rnn.Select(Rnn.Less(x, alpha), 0 * x, x)),
        new("ScaledTanh", null, null, true, true, (x, alpha, beta) => alpha * Rnn.Tanh(beta * x)),
        new("HardSigmoid", 0.2, 0.5, true, true, (x, alpha, beta) => Rnn.Min(Rnn.Max((alpha * x) + beta, 0), 1)),
        // The exponential of a positive x is not used but must be finite.
        new("Elu", 1, null, true, false, (x, alpha, _) => Rnn.Select(Rnn.Less(x, 0), alpha * (Rnn.Exp(Rnn.Min(x, 0)) - 1), x)),
        new("Softsign", null, null, false, false, (x, _, _) => x / (1 + Rnn.Abs(x))),
        new("Softplus", null, null, false, false, (x, _, _) => Rnn.Softplus(x)),
    ];

    private readonly double? alpha;
    private readonly double? beta;
    private readonly bool hasAlpha;
    private readonly bool hasBeta;
    private readonly Func<Value, double, double, Value> formula;

    private OnnxActivation(string name, double? alpha, double? beta, bool hasAlpha, bool hasBeta,
        Func<Value, double, double, Value> formula)
    {
        Name = name;
        this.alpha = alpha;
        this.beta = beta;
        this.hasAlpha = hasAlpha;
        this.hasBeta = hasBeta;
        this.formula = formula;
    }

    /// <summary>All names, as the specification writes them.</summary>
    public static IReadOnlyList<string> Names { get; } = Known.Select(activation => activation.Name).ToArray();

    public string Name { get; }

    public override string ToString() => Name + (hasAlpha ? $"({alpha}{(hasBeta ? ", " + beta : "")})" : "");

    /// <summary>The function, element by element.</summary>
    public Value Apply(Value x) => formula(x, alpha ?? 0, beta ?? 0);

    /// <summary>The functions by their names, in any case. The numbers are taken in order, each by the next function that has such a
    /// number; where they have run out, the default holds.</summary>
    /// <exception cref="GraphException">RNNJ169: a name is unknown, or a number is missing that has no default.</exception>
    public static OnnxActivation[] Find(IEnumerable<string> names, IReadOnlyList<double> alphas, IReadOnlyList<double> betas)
    {
        int a = 0, b = 0;
        return names.Select(name =>
        {
            OnnxActivation found = Known.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new GraphException("RNNJ169", $"'{name}' is no activation of ONNX (write one of {string.Join(", ", Names)})");
            double? Next(bool takes, IReadOnlyList<double> given, ref int next, double? usual, string what) => !takes ? null
                : next < given.Count ? given[next++]
                : usual
                    ?? throw new GraphException("RNNJ169", $"'{found.Name}' needs {what}, which has no default (give activation_{what})");
            return new OnnxActivation(
                found.Name, Next(found.hasAlpha, alphas, ref a, found.alpha, "alpha"),
                Next(found.hasBeta, betas, ref b, found.beta, "beta"), found.hasAlpha, found.hasBeta, found.formula);
        }).ToArray();
    }
}
