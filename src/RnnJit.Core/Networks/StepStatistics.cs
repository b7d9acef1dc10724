using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>
/// Running statistics of single steps, [N, X]: row n is that of the n-th step a loop runs, and later steps have that of the last one. Those
/// of a loop that runs backwards stand in the order of time too: its first step is the last one, and so is its row.
/// </summary>
internal static class StepStatistics
{
    /// <summary>The running statistics that each of T steps uses, taken from those of the first N steps: [N, X] ⇒ [T, 1, X].</summary>
    public static Value Over(Value running, Dim time, bool reverse)
    {
        Dim steps = running.Type.Dims[0], width = running.Type.Dims[1];
        Value last = running.Builder.Add(new SliceOp(0, reverse ? 0 : steps - 1, 1), running);
        return running.Builder.Add(new ReshapeOp([time, 1, width]), Fitted(running, last, time, reverse));
    }

    /// <summary>The batch statistics of the first N steps, 0 for steps that the loop does not reach: [T, 1, X] ⇒ [N, X].</summary>
    public static Value Of(Value found, Dim steps, bool reverse)
    {
        Value rows = found.Builder.Add(new ReshapeOp([found.Type.Dims[0], found.Type.Dims[2]]), found);
        return Fitted(rows, found.Constant(0), steps, reverse);
    }

    // [A, X] ⇒ [length, X]: its first rows, and the fill where there are no more; in reverse its last ones.
    private static Value Fitted(Value x, Value fill, Dim length, bool reverse)
    {
        Value more = x.Builder.Add(new BroadcastOp([length, x.Type.Dims[1]]), fill);
        Value all = x.Builder.Add(new ConcatOp(0), reverse ? [more, x] : [x, more]);
        return x.Builder.Add(new SliceOp(0, reverse ? x.Type.Dims[0] : 0, length), all);
    }
}
