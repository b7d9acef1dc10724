using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Randomness;

namespace RnnJit.Verification;

/// <summary>
/// Compares derivatives of a program with fourth-order central differences in double precision, f'(x) ≈ (8 (f(x + ε) − f(x − ε)) − (f(x +
/// 2ε) − f(x − 2ε))) / 12ε with ε = 1e-3, whose truncation ε⁴ f⁽⁵⁾ / 30 and rounding 2⁻⁵² |f| / ε both lie below the tolerance 1e-6 per
/// element.
/// </summary>
public static class GradientCheck
{
    private const double Epsilon = 1e-3;
    private const double Relative = 1e-6;
    private const double Absolute = 1e-9;

    /// <summary>Checks the derivatives of a scalar output with respect to the inputs named.</summary>
    /// <param name="inputs">The point. Where a comparison switches within 2ε, the inputs named move by up to a
    /// fifth and it is tried again.</param>
    /// <param name="sizes">Of symbols that no input shows.</param>
    /// <param name="redraws">How often the point may move.</param>
    /// <exception cref="GraphException">RNNJ140: a name is unknown. RNNJ190: every point tried lies near a kink.</exception>
    public static GradientReport Run(
        Graph program,
        string scalar,
        IReadOnlyList<string> withRespectTo,
        IReadOnlyDictionary<string, NdArray> inputs,
        IReadOnlyDictionary<string, int>? sizes = null,
        int redraws = 20)
    {
        Graph differentiated = Differentiate.Run(program, scalar, withRespectTo), exposed = Switches.Expose(program, scalar);
        var point = inputs.ToDictionary(pair => pair.Key, pair => new NdArray(pair.Value.Shape, [.. pair.Value.Data]));
        for (int moved = 0; moved <= redraws; moved++)
        {
            if (moved > 0)
                Move(point, withRespectTo, new RandomStream(1, (ulong)moved));
            if (Quotients(exposed, scalar, withRespectTo, point, sizes) is { } numeric)
                return Compare(Interpreter.Run(differentiated, point, sizes), numeric, moved);
        }

        throw new GraphException("RNNJ190",
            $"'{program.Name}' has a kink within {2 * Epsilon} of each of {redraws + 1} points tried (choose other inputs)");
    }

    // A fifth of the size keeps signs; zeros move too.
    private static void Move(Dictionary<string, NdArray> point, IReadOnlyList<string> names, RandomStream random)
    {
        foreach (double[] data in names.Select(name => point[name].Data))
        {
            for (int i = 0; i < data.Length; i++)
                data[i] += 0.2 * Math.Max(Math.Abs(data[i]), 0.1) * random.NextUniform(-1, 1);
        }
    }

    private static Dictionary<string, double[]>? Quotients(
        Graph exposed, string scalar, IReadOnlyList<string> names, Dictionary<string, NdArray> point,
        IReadOnlyDictionary<string, int>? sizes)
    {
        Dictionary<string, NdArray> centre = Interpreter.Run(exposed, point, sizes);
        var quotients = names.ToDictionary(name => name, name => new double[point[name].Length]);
        foreach (string name in names)
        {
            double[] data = point[name].Data;
            for (int i = 0; i < data.Length; i++)
            {
                double x = data[i];
                double? Shifted(double shift)
                {
                    data[i] = x + shift;
                    Dictionary<string, NdArray> found = Interpreter.Run(exposed, point, sizes);
                    data[i] = x;
                    return found.All(pair => pair.Key == scalar || pair.Value.Data.AsSpan().SequenceEqual(centre[pair.Key].Data))
                        ? found[scalar].Data[0]
                        : null;
                }

                double? near = Shifted(Epsilon) - Shifted(-Epsilon), far = Shifted(2 * Epsilon) - Shifted(-2 * Epsilon);
                if (near is null || far is null)
                    return null;
                quotients[name][i] = (((8 * near) - far) / (12 * Epsilon)).Value;
            }
        }

        return quotients;
    }

    private static GradientReport Compare(Dictionary<string, NdArray> analytic, Dictionary<string, double[]> numeric, int moved)
    {
        double largest = numeric.Values.SelectMany(data => data).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return numeric
            .SelectMany(pair => pair.Value.Select((quotient, i) =>
                new GradientReport(pair.Key, i, analytic["d_" + pair.Key].Data[i], quotient,
                    (Relative * Math.Abs(quotient)) + (Absolute * largest), moved)))
            .MaxBy(report => report.Ratio)
            ?? throw new ArgumentException("There is nothing to differentiate with respect to (name an input that has elements)");
    }
}
