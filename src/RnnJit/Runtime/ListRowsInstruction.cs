using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Numbers of the rows of [T, B] that run, from the last to the first or, forwards, from the first to the last;
/// before them how many there are.</summary>
internal sealed unsafe class ListRowsInstruction(ListRowsCommand rows) : Instruction(rows)
{
    private readonly int steps = rows.Steps;
    private readonly int batch = rows.Batch;
    private Address from;
    private Address to;

    public override void Resolve(PlanMemory memory) => (from, to) = (new Address(rows.Lengths, memory), new Address(rows.Listed, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part > 0)
            return;

        int* length = (int*)from.At(clock), list = (int*)to.At(clock);
        int count = 0;
        for (int t = steps - 1; t >= 0; t--)
        {
            for (int row = ActiveRowCount.At(length, t, batch) - 1; row >= 0; row--)
                list[++count] = (t * batch) + row;
        }

        if (rows.Forwards)
            new Span<int>(list + 1, count).Reverse();
        list[0] = count;
    }
}
