using System.Collections.Concurrent;
using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;

namespace RnnJit.Contracts;

/// <summary>The gradient of a random projection of the gradient of a cell over time.</summary>
public sealed record SecondDerivative
{
    private const string Weight = "v_", Projection = "projection";

    // Fourth order: (8 (p(ε) − p(−ε)) − (p(2ε) − p(−2ε))) / 12ε.
    private const double Epsilon = 1e-3;

    private static readonly ConcurrentDictionary<(Type, bool Conditions), SecondDerivative> Known = new();

    /// <summary>Differences of the first gradient agree to this.</summary>
    public const double Tolerance = 1e-6;

    /// <param name="conditions">With lengths, from the last step to the first, with every mask that the cell has a place for.</param>
    private SecondDerivative(Type type, bool conditions)
    {
        // Normalising three numbers with a small epsilon nearly is a step, which float32 does not follow.
        bool normalised = type.GetMethod("Step")!.GetParameters().Any(parameter => parameter.Name == "epsilon");
        CellDefinition definition = CellTracer.Trace(type, normalised ? new Dictionary<string, double> { ["epsilon"] = 0.1 } : []);
        if (conditions)
            definition = Masks.Masked(definition);
        var cell = new CellProgram(definition, Lengths: conditions, Reverse: conditions);
        First = cell.Build();
        Names = First.Outputs.Where(output => output.Name.StartsWith("d_", StringComparison.Ordinal))
            .Select(output => output.Name[2..]).ToArray();
        Second = Differentiated(First, Names);
        Sizes = cell.Sizes(steps: 3, batch: 2, units: 3);
        Data = Masks.Draw(definition, Second, Sizes);
        if (conditions)
            Data["lengths"] = new NdArray([2], [3, 2]);
        Wanted = Interpreter.Run(Second, Data, Sizes);
    }

    /// <summary>The same sample for all backends, so that the oracle need not run for each.</summary>
    public static SecondDerivative Of(Type type, bool conditions) =>
        Known.GetOrAdd((type, conditions), key => new SecondDerivative(key.Item1, key.Conditions));

    public Graph First { get; }

    public Graph Second { get; }

    public string[] Names { get; }

    public Dictionary<string, int> Sizes { get; }

    public Dictionary<string, NdArray> Data { get; }

    public Dictionary<string, NdArray> Wanted { get; }

    /// <summary>Σ v · d over all first derivatives d, differentiated again.</summary>
    /// <param name="missed">The name of a derivative whose own derivative is left out.</param>
    public static Graph Differentiated(Graph first, string[] names, string? missed = null)
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inline(first, first.Inputs.Select(port => builder.Input(port.Name, port.Type, port.Role)).ToArray());
        Value projection = names.Select(name =>
        {
            Value d = values[first.Outputs[first.OutputIndex("d_" + name)].Value];
            return Rnn.Total(builder.Input(Weight + name, d.Type) * (name == missed ? Rnn.Detach(d) : d));
        }).Aggregate((sum, term) => sum + term);
        return Differentiate.Run(builder.Build("program", first.Name, [(Projection, projection, OutputRole.Result)]), Projection, names);
    }

    /// <summary>
    /// The difference between the projection's derivative along a random direction and its difference quotient, relative to the product of
    /// the norms of derivative and direction.
    /// </summary>
    public double Error(Dictionary<string, NdArray> derivative)
    {
        var random = new Random(11);
        Dictionary<string, double[]> direction = Names.ToDictionary(name => name,
            name => Data[name].Data.Select(_ => random.NextDouble() - 0.5).ToArray());
        double along = Names.Sum(name => derivative["d_" + name].Data.Zip(direction[name], (d, u) => d * u).Sum());
        double near = At(direction, Epsilon) - At(direction, -Epsilon), far = At(direction, 2 * Epsilon) - At(direction, -2 * Epsilon);
        double quotient = ((8 * near) - far) / (12 * Epsilon);
        double squares = Names.Sum(name => derivative["d_" + name].Data.Sum(d => d * d));
        double lengths = Math.Sqrt(squares * direction.Values.Sum(u => u.Sum(e => e * e)));
        return Math.Abs(along - quotient) / Math.Max(lengths, Tolerance);
    }

    private double At(Dictionary<string, double[]> direction, double distance)
    {
        var moved = new Dictionary<string, NdArray>(Data);
        foreach (string name in Names)
            moved[name] = new NdArray(Data[name].Shape, Data[name].Data.Zip(direction[name], (x, u) => x + (distance * u)).ToArray());
        Dictionary<string, NdArray> gradient = Interpreter.Run(First, moved, Sizes);
        return Names.Sum(name => gradient["d_" + name].Data.Zip(Data[Weight + name].Data, (d, v) => d * v).Sum());
    }
}
