using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>The inverse of an order.</summary>
internal sealed unsafe class InversePermutationInstruction(InversePermutationCommand inverse) : Instruction(inverse)
{
    private readonly int count = inverse.Order.Length;
    private readonly int size = inverse.Result.Length;
    private readonly string name = inverse.Name;
    private Address from;
    private Address to;

    public override void Resolve(PlanMemory memory) =>
        (from, to) = (new Address(inverse.Order, memory), new Address(inverse.Result, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(count);
        int* rows = (int*)from.At(clock), places = (int*)to.At(clock);
        for (int i = start; i < end; i++)
            places[IndexCheck.Row(name, rows[i], size)] = i;
    }
}
