using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Tests.Verification;

namespace RnnJit.Tests.Cells;

/// <summary>The numbers of one cell for H = 2, X = 3, T = 2, B = 1, for equations written out by hand: the oracle runs the cell's own graph and proves no equation.</summary>
internal sealed class PlainArithmetic
{
    public const int Units = 2;
    public const int Steps = 2;

    private readonly Dictionary<string, NdArray> numbers;
    private readonly Dictionary<string, NdArray> results;

    public PlainArithmetic(Type cell)
    {
        Graph program = CellContractTests.Applied(cell, reverse: false, lengths: false);
        numbers = Derivatives.Draw(program).ToDictionary(pair => pair.Key, pair => Cut(program, pair.Key, pair.Value));
        results = Interpreter.Run(program, numbers);
    }

    /// <summary>Element of a vector or of a state.</summary>
    public double At(string name, int unit) => numbers[name].Data[unit];

    public double X(int t, int i) => numbers["x"].Data[(t * 3) + i];

    /// <summary>Σᵢ W[unit, i] · x[i].</summary>
    public double Dot(string matrix, int unit, Func<int, double> x)
    {
        int columns = numbers[matrix].Shape[1];
        double sum = 0;
        for (int i = 0; i < columns; i++)
            sum += numbers[matrix].Data[(unit * columns) + i] * x(i);

        return sum;
    }

    /// <summary>The interpreter's sequence of a state or output.</summary>
    public double Found(string name, int t, int unit) => results[name].Data[(t * Units) + unit];

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // Two steps, one row.
    private static NdArray Cut(Graph program, string name, NdArray drawn)
    {
        TensorType type = program.Inputs[program.InputIndex(name)].Type;
        int[] shape = type.Dims.Select(dim => dim.AsSymbol switch { "T" => Steps, "B" => 1, "X" => 3, "H" => Units, _ => throw new InvalidOperationException($"'{name}' has the dimension {dim}") }).ToArray();
        return new NdArray(shape, drawn.Data.Take(NdArray.Size(shape)).ToArray());
    }
}
