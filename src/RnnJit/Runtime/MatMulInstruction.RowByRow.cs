using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Runtime;

internal sealed unsafe partial class MatMulInstruction<T>
{
    private bool IsRowByRow => Active is { Axes: ActiveAxes.Loops or ActiveAxes.Steps or ActiveAxes.SumOfSteps };

    // Each row of the batch is a product of its own, as long as the row. Workers take turns, for neighbours have about as many steps;
    // they share panels where turns are few.
    private void ExecuteRowByRow(in WorkShare share, in LoopIndices clock)
    {
        int* length = (int*)lengths.At(clock);
        int count = LoopCount(), turn = 0, turns = 1, panelStart = 0, panelEnd = panels;
        if (count >= share.Parts)
            (turn, turns) = (share.Part, share.Parts);
        else
            (panelStart, panelEnd) = share.Of(panels);
        int inner = count / (Active!.Axes == ActiveAxes.Loops ? Active.Steps * Active.Batch : Active.Batch);
        T* pa = (T*)a.At(clock), pb = (T*)b.At(clock), pc = (T*)c.At(clock);
        StartPointer start = StartAt(clock);
        for (int l = turn; l < count; l += turns)
        {
            int row = l / inner % Active.Batch, steps = Math.Clamp(length[row], 0, Active.Steps);
            if (share.RowEnd >= 0 && (row < share.RowStart || row >= share.RowEnd))
                continue;
            int rows = Active.Axes switch
            {
                ActiveAxes.Loops => l / inner / Active.Batch < steps ? form.M.Extent : 0,
                ActiveAxes.Steps => steps,
                _ => form.M.Extent,
            };
            LoopOffsets at = OffsetsOf(l);
            Sum(pa + at.A, pb + at.B, pc + at.C, start.Plus(at.Start), 0, rows, panelStart, panelEnd,
                Active.Axes == ActiveAxes.SumOfSteps ? steps : form.K.Extent, backwards: false);
            for (int ended = rows; ended < form.M.Extent && Active.Kind == PaddingResult.Zero && panelStart == 0; ended++)
                new Span<T>(pc + at.C + (ended * form.M.C), form.N.Extent).Clear();
        }
    }
}
