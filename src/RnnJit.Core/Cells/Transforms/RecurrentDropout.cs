using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>
/// Recurrent dropout without memory loss (Semeniuta et al. 2016, arXiv:1603.05118, section 3): dropout on the update of a state, not on the
/// part that is kept: c' = f ⊙ c + m ⊙ i ⊙ g. A state whose new value divides, such as the normaliser n of h = c' / n', is left as it is:
/// the quotient's expectation stays, and no quotient is 0 / 0.
/// </summary>
internal static class RecurrentDropout
{
    public static CellDefinition Run(CellDefinition cell, double rate, bool perSequence)
    {
        var rewrite = new StepRewrite(cell);
        var replaced = new Dictionary<int, Func<Value>>();
        foreach (Output output in cell.Step.Outputs.Where(output => output.Role == OutputRole.Next))
        {
            int state = cell.Step.InputIndex(output.Name), node = cell.Step.Values.Node(output.Value);
            if (node < 0 || IsDivisor(cell.Step, output.Value) || !StateUpdate.Exists(cell, state, output.Value))
                continue;
            Value mask = rewrite.Input(output.Name + "_update_mask", cell.Step.Inputs[state].Type,
                perSequence ? PortRole.PerSequence : PortRole.Input, MaskPort.Dropout(output.Name, rate));
            replaced[node] = () =>
            {
                var (kept, added) = new StateUpdate(rewrite, state).Split(output.Value);
                return kept! + (mask * added!);
            };
        }

        if (replaced.Count == 0)
            throw new GraphException("RNNJ166",
                $"No state of cell '{cell.Name}' is the old one plus an update, so recurrent dropout has nothing to drop "
                    + "(use variational dropout or zoneout)");
        rewrite.Replace = node => replaced.TryGetValue(node, out var made) ? made() : null;
        return rewrite.Finish();
    }

    private static bool IsDivisor(Graph step, int value) => step.Nodes.Any(node => node.Op is DivOp && node.Operands[1] == value);
}
