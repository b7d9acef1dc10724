using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Weight normalisation (Salimans and Kingma 2016, arXiv:1602.07868, equation 2): W = g · v / ‖v‖ for each output. It reads no
/// data, so it leaves the loop.</summary>
internal static class WeightNorm
{
    public static CellDefinition Run(CellDefinition cell)
    {
        var reading = new StepReading(cell.Step);
        var rewrite = new StepRewrite(cell);
        int[] weights = reading.Contractions.SelectMany(node => cell.Step.Nodes[node].Operands)
            .Where(operand => operand < cell.Step.Inputs.Count && cell.Step.Inputs[operand].Role == PortRole.Parameter).Distinct()
                .OrderBy(operand => operand).ToArray();
        foreach (int weight in weights)
        {
            Port port = cell.Step.Inputs[weight];
            int[] axes = Enumerable.Range(1, port.Type.Rank - 1).ToArray();
            TensorType type = port.Type.WithDims(port.Type.Dims.Select((dim, axis) => axis == 0 ? dim : 1));
            Value v = rewrite.Get(weight), g = rewrite.Input(port.Name + "_gain", type, PortRole.Parameter, "ones");
            rewrite.Set(weight, v * (g / Rnn.Sqrt(rewrite.Builder.Add(new SumOp(axes), v * v))));
        }

        return weights.Length > 0
            ? rewrite.Finish()
            : throw new GraphException("RNNJ166",
                $"No product of cell '{cell.Name}' reads a trained matrix, so weight normalisation has no place there (leave it away)");
    }
}
