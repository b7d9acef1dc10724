using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Runtime;

/// <summary>Inputs that say how many steps each row has: before each run they are compared with the steps there are.</summary>
internal sealed class LengthCheck
{
    private readonly (string Name, Tensor Lengths, int Steps)[] checks;

    public LengthCheck(Graph program, IReadOnlyDictionary<string, int> sizes, Func<string, Tensor> input)
    {
        bool hasLengths = program.Nodes.Any(node => node.Op is ScanOp { HasLengths: true } or BlockLengthsOp);
        checks = hasLengths ? Checks(program, sizes, input) : [];
    }

    private static (string Name, Tensor Lengths, int Steps)[] Checks(
        Graph program, IReadOnlyDictionary<string, int> sizes, Func<string, Tensor> input)
    {
        var steps = new Dictionary<(int Input, int Loop), int>();
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            if (Steps(program.Nodes[n], sizes) is not var (lengths, count) || lengths >= program.Inputs.Count)
                continue;

            // A strip-mined loop and the loop over its remainder count as one loop.
            var key = (lengths, program.Nodes[n].Op is BlockLengthsOp ? -1 : n);
            steps[key] = Math.Max(count, steps.TryGetValue(key, out int known) ? known : 0);
        }

        return steps.Select(pair => (program.Inputs[pair.Key.Input].Name, pair.Value)).Distinct()
            .Select(check => (check.Name, input(check.Name), check.Value)).ToArray();
    }

    // The lengths that a loop has, or that are cut into those of blocks, and the steps up to its end.
    private static (int Lengths, int Steps)? Steps(Node node, IReadOnlyDictionary<string, int> sizes) => node.Op switch
    {
        ScanOp { HasLengths: true } scan => (node.Operands[^1], scan.Time.Evaluate(sizes)),
        BlockLengthsOp cut => (node.Operands[0], cut.From.Evaluate(sizes) + (cut.Blocks.Evaluate(sizes) * cut.Steps)),
        _ => null,
    };

    /// <exception cref="ArgumentException">Lengths were never filled, or one is negative or beyond the last step.</exception>
    public void Run()
    {
        foreach (var (name, lengths, steps) in checks)
        {
            // Zeros that nobody wrote are no lengths.
            if (lengths.Version == 0)
                throw new ArgumentException(
                    $"'{name}' was never filled, wanted the number of steps of each row, 0 to {steps} (fill lengths before the run)");
            Require(name, lengths.Read<int>(), steps);
        }
    }

    /// <exception cref="ArgumentException">A length is negative or beyond the last step.</exception>
    public static void Require(string name, ReadOnlySpan<int> lengths, int steps)
    {
        for (int row = 0; row < lengths.Length; row++)
        {
            if ((uint)lengths[row] > (uint)steps)
                throw new ArgumentException(
                    $"'{name}' holds {lengths[row]} for row {row}, wanted 0 to {steps}, the number of steps "
                        + "(correct the length or give more steps)");
        }
    }
}
