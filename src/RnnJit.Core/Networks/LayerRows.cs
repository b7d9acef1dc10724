using RnnJit.Cells;

namespace RnnJit.Networks;

/// <summary>Rows of a layer that run at each step, as lengths or masks.</summary>
/// <param name="Lengths">Lengths of the loop; null where all rows run at all steps.</param>
/// <param name="Mask">1 at the steps that count, which the step itself reads: [T, B, 1].</param>
/// <param name="Within">Mask of outputs, where lengths became a mask: 1 before the end of each row, 0 past it: [T, B, 1].</param>
/// <param name="Counts">1 at the steps that count for statistics over rows, which leave padding out; null where none
/// are made or all steps count.</param>
internal sealed record LayerRows(Value? Lengths, Value? Mask, Value? Within, Value? Counts)
{
    // Loops with lengths run on the rows that are left, one by one where a step adds them up. As a mask they
    // let such a step run on all rows at once.
    public static LayerRows Of(NetworkBuilder net, CellDefinition cell, Value x, RecurrentOptions options, Value? commonLengths)
    {
        Value? lengths = options.Lengths?.Tensor ?? commonLengths, mask = options.StepMask;
        bool mixes = StepMask.MixesRows(cell);
        if (!mixes && !options.NormaliseInput)
            return new LayerRows(lengths, mask, null, null);

        Value? within = lengths is null ? null : net.StepsOf(new Indices(lengths), x);
        Value? counts = within is null ? mask : mask is null ? within : within * mask;
        return mixes ? new LayerRows(null, counts, within, counts) : new LayerRows(lengths, mask, null, counts);
    }
}
