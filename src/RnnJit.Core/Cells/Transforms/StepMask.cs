using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Masked steps: where the mask is 0, states keep their value and results are 0. The mask is applied by selection, so that nothing
/// of a masked step is read, not even NaN. Sums over the rows of a step leave masked rows out, and so do their counts.</summary>
internal static class StepMask
{
    public const string Port = "step_mask";

    public static CellDefinition Run(CellDefinition cell)
    {
        var rewrite = new StepRewrite(cell);
        Value mask = rewrite.Input(Port, new TensorType(ElementType.F32, "B", 1), PortRole.Input, "");
        Value? number = null;
        rewrite.Replace = node => cell.Step.Nodes[node].Op switch
        {
            // If all rows are masked the sums are 0, so any divisor gives 0.
            ExtentOp extent when extent.Dim == Batch(cell) =>
                number ??= rewrite.Builder.Add(new ReshapeOp([]), Rnn.Max(Moments.Number(mask, [0]), 1)),
            SumOp sum when AddsRows(cell, node) =>
                rewrite.Builder.Add(sum, Moments.Counted(rewrite.Get(cell.Step.Nodes[node].Operands[0]), mask)),
            _ => null,
        };
        return rewrite.Finish(
            (output, value) => output.Role == OutputRole.Next ? Rnn.Select(mask, value, rewrite.Get(cell.Step.InputIndex(output.Name)))
            : HasRows(cell, value.Type) ? Moments.Counted(value, mask)
            : value);
    }

    /// <summary>True where a step adds over the rows of the batch, so that a row's result depends on other rows.</summary>
    public static bool MixesRows(CellDefinition cell) => Enumerable.Range(0, cell.Step.Nodes.Count).Any(node => AddsRows(cell, node));

    private static bool AddsRows(CellDefinition cell, int node) =>
        cell.Step.Nodes[node].Op is SumOp sum && sum.Axes[0] == 0
            && HasRows(cell, cell.Step.Values.Type(cell.Step.Nodes[node].Operands[0]));

    private static bool HasRows(CellDefinition cell, TensorType type) => type.Rank > 0 && type.Dims[0] == Batch(cell);

    private static Dim Batch(CellDefinition cell) => cell.States.First().Type.Dims[0];
}
