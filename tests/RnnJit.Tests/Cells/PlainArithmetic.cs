using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Tests.Verification;

namespace RnnJit.Tests.Cells;

/// <summary>The numbers of one cell for H = 2, X = 3, T = 2, B = 1, all other dimensions 2, for equations written out by hand: the oracle
/// runs the cell's own graph and proves no equation.</summary>
internal sealed class PlainArithmetic
{
    public const int Units = 2;
    public const int Steps = 2;

    private readonly Dictionary<string, NdArray> numbers;
    private readonly Dictionary<string, NdArray> results;

    public PlainArithmetic(Type cell)
        : this(CellTracer.Trace(cell), null)
    {
    }

    private PlainArithmetic(CellDefinition cell, Action<string, double[]>? change)
    {
        Graph program = CellContractTests.Applied(cell, reverse: false, lengths: false);
        numbers = Derivatives.Draw(program).ToDictionary(pair => pair.Key, pair => Cut(program, pair.Key, pair.Value));
        foreach (var (name, value) in numbers)
            change?.Invoke(name, value.Data);
        results = Interpreter.Run(program, numbers);
    }

    /// <summary>Element of a vector or of a state.</summary>
    public double At(string name, int unit) => numbers[name].Data[unit];

    /// <summary>Element of row <paramref name="row"/> of a matrix, or of step <paramref name="row"/> of an input.</summary>
    public double At(string name, int row, int column) => numbers[name].Data[(row * numbers[name].Shape[^1]) + column];

    public double X(int t, int i) => At("x", t, i);

    /// <summary>Σᵢ W[unit, i] · x[i].</summary>
    public double Dot(string matrix, int unit, Func<int, double> x)
    {
        double sum = 0;
        for (int i = 0; i < numbers[matrix].Shape[^1]; i++)
            sum += At(matrix, unit, i) * x(i);

        return sum;
    }

    /// <summary>(W x + b)[unit] of a gate at step t.</summary>
    public double Read(string gate, int t, int unit) => Dot("W" + gate, unit, i => X(t, i)) + At("b" + gate, unit);

    /// <summary>(W x + U h + b)[unit] of a gate at step t.</summary>
    public double Net(string gate, int t, int unit, double[] h) => Read(gate, t, unit) + Dot("U" + gate, unit, i => h[i]);

    public static void Follow(Type cell, string[] names, Func<PlainArithmetic, int, double[][], double[][]> step) =>
        Follow(CellTracer.Trace(cell), names, step);

    /// <summary>Follows a cell through its steps.</summary>
    /// <param name="names">The states, then outputs.</param>
    /// <param name="step">From step and old states to what the names say.</param>
    /// <param name="change">Changes the numbers of an input or a parameter before.</param>
    public static void Follow(CellDefinition cell, string[] names, Func<PlainArithmetic, int, double[][], double[][]> step,
        Action<string, double[]>? change = null)
    {
        var n = new PlainArithmetic(cell, change);
        double[][] states = [.. names.Where(n.numbers.ContainsKey).Select(name => n.numbers[name].Data)];
        for (int t = 0; t < Steps; t++)
        {
            double[][] next = step(n, t, states);
            for (int s = 0; s < names.Length; s++)
                n.Agrees(names[s], t, next[s]);
            states = next;
        }
    }

    public static double[] Each(Func<int, double> unit) => [unit(0), unit(1)];

    /// <summary>Compares with what the interpreter found.</summary>
    // Both sides compute in double; about 30 roundings of numbers below 4 lie between them.
    public void Agrees(string name, int t, double[] wanted)
    {
        for (int k = 0; k < wanted.Length; k++)
            Assert.That(results[name].Data[(t * wanted.Length) + k], Is.EqualTo(wanted[k]).Within(30 * Math.ScaleB(1, -51)),
                $"{name}[{t}, {k}]");
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // Two steps, one row.
    private static NdArray Cut(Graph program, string name, NdArray drawn)
    {
        var sizes =
            program.Symbols().ToDictionary(symbol => symbol, symbol => symbol switch { "T" => Steps, "B" => 1, "X" => 3, _ => Units });
        int[] shape = program.Inputs[program.InputIndex(name)].Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray();
        return new NdArray(shape, drawn.Data.Take(NdArray.Size(shape)).ToArray());
    }
}
