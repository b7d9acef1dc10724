using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>DropConnect on recurrent weights (Wan et al. 2013; Merity et al. 2018, arXiv:1708.02182, section 2): U becomes m ⊙ U where a
/// product reads a state. One mask for all rows and steps.</summary>
internal static class DropConnect
{
    public static CellDefinition Run(CellDefinition cell, double rate)
    {
        var reading = new StepReading(cell.Step);
        var rewrite = new StepRewrite(cell);
        var masked = new Dictionary<int, Value>();
        foreach (int node in reading.Contractions)
        {
            int[] operands = cell.Step.Nodes[node].Operands.ToArray();
            if (!operands.Any(operand => reading.IsState(reading.Source(operand))))
                continue;
            foreach (int weight in operands.Where(operand => reading.IsTrained(operand) && !masked.ContainsKey(operand)))
            {
                string name = cell.Step.Inputs[reading.FirstParameter(weight)].Name;
                Value mask =
                    rewrite.Input(name + "_mask", cell.Step.Values.Type(weight), PortRole.PerSequence, MaskPort.Dropout(name, rate));
                masked[weight] = mask * rewrite.Get(weight);
            }
        }

        if (masked.Count == 0)
            throw new GraphException("RNNJ166",
                $"No product of cell '{cell.Name}' multiplies a state with a trained matrix, so DropConnect has no place there "
                    + "(use zoneout)");
        rewrite.Read = (node, i, value) => reading.IsTrained(cell.Step.Nodes[node].Operands[i]) && IsRecurrent(cell, reading, node)
            ? masked[cell.Step.Nodes[node].Operands[i]]
            : value;
        return rewrite.Finish();
    }

    private static bool IsRecurrent(CellDefinition cell, StepReading reading, int node) =>
        cell.Step.Nodes[node].Op is Ops.ContractOp
            && cell.Step.Nodes[node].Operands.Any(operand => reading.IsState(reading.Source(operand)));
}
