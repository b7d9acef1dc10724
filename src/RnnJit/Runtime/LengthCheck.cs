using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Runtime;

/// <summary>Inputs that say how many steps each row has: before each run they are compared with the steps there are.</summary>
internal sealed unsafe class LengthCheck
{
    private readonly (string Name, Tensor Lengths, int Steps)[] checks;

    public LengthCheck(Graph program, IReadOnlyDictionary<string, int> sizes, Func<string, Tensor> input)
    {
        var steps = new Dictionary<(int Input, int Loop), int>();
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            foreach (var (lengths, count) in Steps(program, n, sizes).Where(found => found.Lengths < program.Inputs.Count))
            {
                // Blocks of time and what is left of it are one loop in two.
                var key = (lengths, IsCut(program, lengths) ? -1 : n);
                steps[key] = Math.Max(count, steps.TryGetValue(key, out int known) ? known : 0);
            }
        }

        checks = steps.Select(pair => (program.Inputs[pair.Key.Input].Name, pair.Value)).Distinct().Select(check => (check.Name, input(check.Name), check.Value)).ToArray();
    }

    private static bool IsCut(Graph program, int lengths) => program.Nodes.Any(node => node.Op is BlockLengthsOp && node.Operands[0] == lengths);

    // The lengths that a loop has, or that were cut into those of its blocks, and the steps up to its end.
    private static IEnumerable<(int Lengths, int Steps)> Steps(Graph program, int n, IReadOnlyDictionary<string, int> sizes)
    {
        Node node = program.Nodes[n];
        if (node.Op is not ScanOp scan)
            yield break;

        int time = scan.Time.Evaluate(sizes);
        if (scan.HasLengths && Rest(program, node.Operands[^1]) is var (cut, blocks))
            yield return (cut.Lengths, (blocks.Evaluate(sizes) * cut.Op.Steps) + time);
        else if (scan.HasLengths)
            yield return (node.Operands[^1], time);
        foreach (int operand in node.Operands.Take(scan.Sequences))
        {
            if (Cut(program, operand) is var (op, lengths))
                yield return (lengths, time * op.Steps);
        }
    }

    private static (BlockLengthsOp Op, int Lengths)? Cut(Graph program, int value) =>
        program.Values.Node(value) is var maker and >= 0 && program.Nodes[maker] is { Op: BlockLengthsOp op } node ? (op, node.Operands[0]) : null;

    // What is left behind the blocks: the last of the cut lengths, and how many blocks are before it.
    private static ((BlockLengthsOp Op, int Lengths) Cut, Dim Blocks)? Rest(Graph program, int value)
    {
        if (program.Values.Node(value) is var shaped and >= 0 && program.Nodes[shaped].Op is ReshapeOp
            && program.Values.Node(program.Nodes[shaped].Operands[0]) is var sliced and >= 0 && program.Nodes[sliced].Op is SliceOp { Axis: 0 } slice
            && Cut(program, program.Nodes[sliced].Operands[0]) is { } cut)
            return (cut, slice.Start);
        return null;
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
