using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>A cell that is given the products of its first input side by side, instead of making them: [B, 4H] for Wi x, Wf x, Wg x, Wo
/// x.</summary>
internal static class InputProducts
{
    public const string Port = "input_products";

    /// <returns>The rest of the cell, and the matrices in the order in which their products stand side by side.</returns>
    public static (CellDefinition Cell, IReadOnlyList<Port> Weights) Split(CellDefinition cell)
    {
        Graph step = cell.Step;
        int x = step.InputIndex(cell.StepInputs.First(port => !MaskPort.Is(port)).Name);
        int[] nodes =
            Enumerable.Range(0, step.Nodes.Count).Where(node => step.Nodes[node].Op is ContractOp { Left: "ab", Right: "cb", Result: "ac" }
            && step.Nodes[node].Operands[0] == x && step.Nodes[node].Operands[1] < step.Inputs.Count
            && step.Inputs[step.Nodes[node].Operands[1]].Role == PortRole.Parameter).ToArray();
        if (nodes.Length == 0)
            throw new GraphException("RNNJ166",
                $"No product of cell '{cell.Name}' reads '{step.Inputs[x].Name}' with a trained matrix, so its products cannot be "
                    + "normalised over time (normalise the layer's input with BatchNorm)");

        var rewrite = new StepRewrite(cell);
        Dim[] widths = nodes.Select(node => step.Nodes[node].Results[0].Dims[1]).ToArray();
        Value given = rewrite.Input(Port, new TensorType(ElementType.F32, "B", widths.Aggregate((a, b) => a + b)), PortRole.Input, "");
        rewrite.Replace = node =>
        {
            int place = Array.IndexOf(nodes, node);
            return place < 0
                ? null
                : rewrite.Builder.Add(new SliceOp(1, widths.Take(place).Aggregate(Dim.Of(0), (a, b) => a + b), widths[place]), given);
        };
        return (rewrite.Finish(), nodes.Select(node => step.Inputs[step.Nodes[node].Operands[1]]).ToArray());
    }
}
