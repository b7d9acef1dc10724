using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Row numbers by length, the longest first, equal ones as they stand.</summary>
internal sealed unsafe class SortRowsInstruction(SortRowsCommand sort) : Instruction(sort)
{
    private readonly int rows = sort.Lengths.Length;
    private Address from;
    private Address room;
    private Address to;

    public override void Resolve(PlanMemory memory) =>
        (from, room, to) = (new Address(sort.Lengths, memory), new Address(sort.Keys, memory), new Address(sort.Result, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part > 0)
            return;

        // The row number in the low half keeps equal lengths in their order.
        int* length = (int*)from.At(clock), order = (int*)to.At(clock);
        var sorted = new Span<long>(room.At(clock), rows);
        for (int row = 0; row < sorted.Length; row++)
            sorted[row] = ((long)-length[row] << 32) | (uint)row;
        sorted.Sort();
        for (int i = 0; i < sorted.Length; i++)
            order[i] = (int)sorted[i];
    }
}
