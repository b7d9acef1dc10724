using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Runtime;

/// <summary>Inputs that say how many steps each row has: before each run they are compared with the steps there are.</summary>
internal sealed unsafe class LengthCheck
{
    private readonly (string Name, Tensor Lengths, int Steps)[] checks;

    public LengthCheck(Graph program, IReadOnlyDictionary<string, int> sizes, Func<string, Tensor> input)
    {
        checks = program.Nodes.Where(node => node.Op is ScanOp { HasLengths: true } && node.Operands[^1] < program.Inputs.Count)
            .Select(node => (program.Inputs[node.Operands[^1]].Name, Steps: ((ScanOp)node.Op).Time.Evaluate(sizes))).Distinct()
            .Select(check => (check.Name, input(check.Name), check.Steps)).ToArray();
    }

    /// <exception cref="ArgumentException">A length is negative or beyond the last step.</exception>
    public void Run()
    {
        foreach (var (name, lengths, steps) in checks)
        {
            var values = new ReadOnlySpan<int>(lengths.Data, lengths.Length);
            for (int row = 0; row < values.Length; row++)
            {
                if ((uint)values[row] > (uint)steps)
                    throw new ArgumentException($"'{name}' holds {values[row]} for row {row}, wanted 0 to {steps}, the number of steps (correct the length or give more steps)");
            }
        }
    }
}
