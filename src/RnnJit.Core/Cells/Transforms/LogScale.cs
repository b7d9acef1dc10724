using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>
/// States that a cell stores in log-scaled form: c stands for e^m ⊙ c, where m is another state, the stabiliser. Such a cell multiplies c
/// by a factor exp(… + m − m'), in which m' is the new m (Beck et al. 2024, equations 15 to 17).
/// </summary>
internal sealed class LogScale(Graph step)
{
    // Coefficients by (value, of which value): in a chain of sums of a value with itself the paths double from link to link.
    private readonly Dictionary<(int Value, int Of), int> coefficients = [];

    /// <summary>The state m of which e^m scales a state; −1 for a state that is stored as it is.</summary>
    /// <param name="state">The number of an input.</param>
    public int Of(int state)
    {
        foreach (Node node in step.Nodes)
        {
            if (node.Op is not MulOp || !node.Operands.Contains(state))
                continue;
            int factor = node.Operands[0] == state ? node.Operands[1] : node.Operands[0], made = step.Values.Node(factor);
            if (made < 0 || step.Nodes[made].Op is not ExpOp)
                continue;
            int exponent = step.Nodes[made].Operands[0];
            foreach (Output next in step.Outputs.Where(output => output.Role == OutputRole.Next))
            {
                int scale = step.InputIndex(next.Name);
                if (scale != state && scale != next.Value && step.Values.Type(scale) == step.Values.Type(state)
                    && Coefficient(exponent, scale) == 1 && Coefficient(exponent, next.Value) == -1)
                    return scale;
            }
        }

        return -1;
    }

    // The factor of a value in sums and differences.
    private int Coefficient(int value, int of)
    {
        if (value == of)
            return 1;
        int node = step.Values.Node(value);
        if (node < 0 || step.Nodes[node].Op is not (AddOp or SubOp or NegOp))
            return 0;
        if (coefficients.TryGetValue((value, of), out int known))
            return known;
        StackDepth.Require(step);
        IReadOnlyList<int> operands = step.Nodes[node].Operands;
        int first = Coefficient(operands[0], of);
        return coefficients[(value, of)] = step.Nodes[node].Op switch
        {
            AddOp => first + Coefficient(operands[1], of),
            SubOp => first - Coefficient(operands[1], of),
            _ => -first,
        };
    }
}
