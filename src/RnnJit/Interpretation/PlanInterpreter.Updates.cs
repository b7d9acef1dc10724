using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

// Norms and updates of a training step.
public sealed partial class PlanInterpreter
{
    private void SquareSum(SquareSumCommand squares, Loops loops)
    {
        var (starts, _) = SquareSumCommand.Places(squares.Inputs);
        var sums = new double[squares.Sums.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            double[] numbers = Read(squares.Inputs[i], loops).Data;
            for (int element = 0; element < numbers.Length; element++)
                sums[(starts[i] + element) / SquareSumCommand.Block] += numbers[element] * numbers[element];
        }

        Write(squares.Sums, loops, block => sums[block]);
    }

    private void Norm(GradientNormCommand norm, Loops loops)
    {
        var found = norm.Op.Of(Read(norm.Loss, loops).Data[0], Read(norm.Sums, loops).Data.Sum());
        Write(norm.Norm, loops, _ => found.Norm);
        Write(norm.Factor, loops, _ => found.Factor);
        Write(norm.Finite, loops, _ => found.Finite);
    }

    private void ForEach(ForEachCommand each, Loops loops)
    {
        Graph kernel = each.Op.Kernel;
        foreach (BufferView[] item in each.Items)
        {
            int[] shape = item[^1].Shape, flat = [1, item[^1].Length];
            NdArray[] inputs = [.. kernel.Inputs.Select((port, i) => port.Type.Rank == 0 ? Read(item[i], loops) : Read(item[i], loops).Reshape(flat))];
            NdArray[] results = evaluation.With("R", 1).With("N", flat[1]).Run(kernel, inputs);
            for (int r = 0; r < results.Length; r++)
                Write(item[kernel.Inputs.Count + r], loops, results[r].Reshape(shape));
        }
    }
}
