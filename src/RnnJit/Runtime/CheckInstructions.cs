using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Looks at integers, row by row of their first axis, before others rely on them.</summary>
internal abstract unsafe class IntegerCheckInstruction(PlanCommand command, BufferView integers) : Instruction(command)
{
    private readonly int rows = integers.Rank == 0 ? 1 : integers.Shape[0];
    private readonly int width = integers.Rank == 0 ? 1 : integers.Length / Math.Max(integers.Shape[0], 1);

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.RowEnd >= 0 ? (share.RowStart, share.RowEnd) : (0, rows);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        for (int item = start * width; item < end * width; item++)
            Check(item, clock);
    }

    /// <summary>Looks at the integer with this number in row-major order.</summary>
    protected abstract void Check(int item, in LoopIndices clock);

    protected static int At(BufferView view, in Address address, int item, in LoopIndices clock)
    {
        long offset = 0;
        for (int axis = view.Rank - 1; axis >= 0; axis--)
        {
            offset += item % view.Shape[axis] * view.Strides[axis];
            item /= view.Shape[axis];
        }

        return ((int*)address.At(clock))[offset];
    }
}

/// <summary>Every index lies in 0 … largest, or is the one that is ignored.</summary>
internal sealed class IndexCheckInstruction(CheckIndicesCommand check) : IntegerCheckInstruction(check, check.Index)
{
    private Address address;

    public override void Resolve(PlanMemory memory) => address = new Address(check.Index, memory);

    protected override void Check(int item, in LoopIndices clock)
    {
        int found = At(check.Index, address, item, clock);
        if (found != check.Ignored)
            IndexCheck.Row(check.Name, found, check.Largest + 1, OneHotOp.CureOf(check.Cure, found));
    }
}

/// <summary>No integer is greater than its bound.</summary>
internal sealed class BoundCheckInstruction(CheckBoundsCommand check) : IntegerCheckInstruction(check, check.Input)
{
    private Address left;
    private Address right;

    public override void Resolve(PlanMemory memory) => (left, right) = (new Address(check.Input, memory), new Address(check.Bound, memory));

    protected override void Check(int item, in LoopIndices clock)
    {
        int found = At(check.Input, left, item, clock), wanted = At(check.Bound, right, item, clock);
        if (found > wanted)
            throw new ArgumentOutOfRangeException(null, Sentence(check, item, found, wanted));
    }

    public static string Sentence(CheckBoundsCommand check, int item, int found, int wanted) =>
        $"'{check.Name}' holds {found} in row {item}, wanted at most {wanted}, which '{check.BoundName}' holds "
            + "(shorten the one or lengthen the other)";
}
