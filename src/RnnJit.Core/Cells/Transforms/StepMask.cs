using RnnJit.Ir;

namespace RnnJit.Cells.Transforms;

/// <summary>Steps that do not count: where the mask is 0, states hold and results are 0. A selection, so that nothing of a masked step is read, not even NaN.</summary>
internal static class StepMask
{
    public const string Port = "step_mask";

    public static CellDefinition Run(CellDefinition cell)
    {
        var rewrite = new StepRewrite(cell);
        Value mask = rewrite.Input(Port, new TensorType(ElementType.F32, "B", 1), PortRole.Input, "");
        return rewrite.Finish((output, value) => Rnn.Select(
            mask, value, output.Role == OutputRole.Next ? rewrite.Get(cell.Step.InputIndex(output.Name)) : rewrite.Builder.Constant(0)));
    }
}
