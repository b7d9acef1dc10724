using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>Variational dropout (Gal and Ghahramani 2016, arXiv:1512.05287): one mask for all steps on the operands of products: W (m ⊙
/// x), U (m ⊙ h), U (m ⊙ r ⊙ h).</summary>
internal static class VariationalDropout
{
    /// <param name="states">Whether states are masked, else step inputs.</param>
    public static CellDefinition Run(CellDefinition cell, double rate, bool states)
    {
        var reading = new StepReading(cell.Step);
        var rewrite = new StepRewrite(cell);
        var masks = new Dictionary<int, Value>();
        foreach (int operand in reading.Contractions.SelectMany(node => cell.Step.Nodes[node].Operands))
        {
            int source = reading.Source(operand);
            if (source < 0 || reading.IsState(source) != states || masks.ContainsKey(source))
                continue;
            Port port = cell.Step.Inputs[source];
            masks[source] = rewrite.Input(port.Name + "_mask", port.Type, PortRole.PerSequence, MaskPort.Dropout(port.Name, rate));
        }

        if (masks.Count == 0)
            throw new GraphException("RNNJ166",
                $"No product of cell '{cell.Name}' reads {(states ? "a state" : "an input")}, so variational dropout has no place there "
                    + "(use zoneout or dropout between layers)");

        var masked = new Dictionary<int, Value>();
        var contractions = new HashSet<int>(reading.Contractions);
        rewrite.Read = (node, i, value) =>
        {
            int operand = cell.Step.Nodes[node].Operands[i], source = contractions.Contains(node) ? reading.Source(operand) : -1;
            if (source < 0 || !masks.TryGetValue(source, out Value? mask))
                return value;
            if (!masked.TryGetValue(operand, out Value? product))
                masked[operand] = product = mask * value;
            return product;
        };
        return rewrite.Finish();
    }
}
