namespace RnnJit.Plans;

/// <summary>Proves for a plan that every view lies inside its buffer at every step of the loops around it. It runs
/// once, when the plan is made.</summary>
public static class PlanBounds
{
    /// <exception cref="InvalidOperationException">A view reaches beyond its buffer.</exception>
    public static void Check(IEnumerable<PlanCommand> commands, IEnumerable<BufferView> others)
    {
        foreach (BufferView view in others)
            Check(view, 1, 1, "a result");
        Check(commands, [1, 1]);
    }

    /// <summary>Checks a view that is used at <paramref name="steps"/> steps of the innermost loop and
    /// <paramref name="outerSteps"/> of the one around it.</summary>
    /// <param name="further">Steps of the loops further out, the nearest first.</param>
    /// <exception cref="InvalidOperationException">The view reaches beyond its buffer.</exception>
    public static void Check(BufferView view, int steps, int outerSteps, string user, params int[] further)
    {
        if (steps == 0 || outerSteps == 0 || further.Contains(0) || view.Shape.Contains(0))
            return;

        Int128 first = view.Offset, last = view.Offset;
        for (int axis = 0; axis < view.Rank; axis++)
        {
            // The first axis of a ring is time, as long as the view has not been taken apart into steps.
            int extent = view.Ring > 0 && axis == 0 && view.TimeStride == 0 ? Math.Min(view.Shape[0], view.Ring) : view.Shape[axis];
            Extend(ref first, ref last, (Int128)(extent - 1) * view.Strides[axis]);
        }

        Extend(ref first, ref last, (Int128)((view.Ring > 0 ? Math.Min(steps, view.Ring) : steps) - 1) * view.TimeStride);
        Extend(ref first, ref last, view.DoubleBufferStride);
        Extend(ref first, ref last, (Int128)(outerSteps - 1) * view.OuterTimeStride);
        Extend(ref first, ref last, view.OuterDoubleBufferStride);
        for (int loop = 0; loop < view.Further.Length; loop++)
        {
            Extend(ref first, ref last, (Int128)((loop < further.Length ? further[loop] : 1) - 1) * view.Further[loop].TimeStride);
            Extend(ref first, ref last, view.Further[loop].DoubleBufferStride);
        }

        if (first < 0 || (last + 1) * view.ElementSize > view.Buffer.Bytes)
            throw new InvalidOperationException(
                $"A view of [{string.Join(", ", view.Shape)}] reaches elements {first} to {last} of a buffer of {view.Buffer.Bytes} bytes "
                    + $"in '{user}' (the plan is wrong; report the Program)");
    }

    // Steps of the loops around, the innermost first.
    private static void Check(IEnumerable<PlanCommand> commands, int[] steps)
    {
        foreach (PlanCommand command in commands)
        {
            if (command is ScanCommand scan)
            {
                int[] inside = [scan.Steps, .. steps];
                foreach (BufferView view in scan.OwnViews)
                    Check(view, inside[0], inside[1], scan.Describe, inside[2..]);
                foreach (BufferView view in scan.Chunked.SelectMany(product => product.Product.Views))
                    Check(view, 1, 1, "a chunk");
                Check(scan.Body, inside);
                continue;
            }

            foreach (BufferView view in command.Views.Concat(command.Reached))
                Check(view, steps[0], steps[1], command.Describe, steps[2..]);
        }
    }

    private static void Extend(ref Int128 first, ref Int128 last, Int128 reach)
    {
        if (reach < 0)
            first += reach;
        else
            last += reach;
    }
}
