using System.Globalization;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Randomness;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>First values of trained tensors from the initialiser that their port names.</summary>
internal static class ParameterInit
{
    /// <summary>Fills a tensor; a tensor of rank 3 is a stack of matrices. f32 values are the f64 values rounded.</summary>
    /// <exception cref="GraphException">RNNJ014: the initialiser is unknown.</exception>
    public static void Fill(Port port, Tensor tensor, RandomStream random)
    {
        var values = new double[tensor.Length];
        int columns = tensor.Shape.Count == 0 ? 1 : tensor.Shape[^1], rows = tensor.Shape.Count < 2 ? 1 : tensor.Shape[^2];
        for (int start = 0; start < values.Length; start += rows * columns)
            Fill(port, values.AsSpan(start, rows * columns), rows, columns, random);
        tensor.Set(values);
    }

    private static void Fill(Port port, Span<double> values, int rows, int columns, RandomStream random)
    {
        if (RunningPort.Is(port))
        {
            Initialisers.Constant(values, RunningPort.Start(port));
            return;
        }

        switch (port.Init)
        {
            case "glorot":
                Initialisers.GlorotUniform(values, rows, columns, random);
                break;
            case "orthogonal":
                Initialisers.Orthogonal(values, rows, columns, random);
                break;
            case "identity":
                Initialisers.Identity(values, rows, columns);
                break;
            case "uniform01":
                Initialisers.UniformUnit(values, random);
                break;
            case "uniform":
                // ±1/√columns: the usual range of linear layers and of embeddings, whose rows then have length about 1.
                Initialisers.Uniform(values, 1 / Math.Sqrt(columns), random);
                break;
            case "zeros" or "":
                Initialisers.Zeros(values);
                break;
            case "ones":
                Initialisers.Constant(values, 1);
                break;
            default:
                Initialisers.Constant(values,
                    double.TryParse(port.Init, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                    ? number
                    : throw new GraphException("RNNJ014",
                        $"'{port.Init}' is no initialiser of '{port.Name}' (write {string.Join(", ", CellInit.Kinds)} or a number)"));
                break;
        }
    }
}
