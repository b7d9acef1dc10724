namespace RnnJit.Runtime;

/// <summary>Looks at integers, row by row of their first axis, before others rely on them.</summary>
internal abstract unsafe class IntegerCheckInstruction(View integers, bool isByRow) : Instruction
{
    private readonly int rows = integers.Rank == 0 ? 1 : integers.Shape[0];
    private readonly int width = integers.Rank == 0 ? 1 : integers.Length / Math.Max(integers.Shape[0], 1);

    public override bool IsByRow => isByRow && integers.Rank > 0;

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = share.RowEnd >= 0 ? (share.RowStart, share.RowEnd) : (0, rows);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        for (int item = start * width; item < end * width; item++)
            Check(item, clock);
    }

    /// <summary>Looks at the integer with this number in row-major order.</summary>
    protected abstract void Check(int item, in Clock clock);

    protected static int At(View view, in Address address, int item, in Clock clock)
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
internal sealed class IndexCheckInstruction(View index, int largest, int? ignored, string cure, string name, bool isByRow) : IntegerCheckInstruction(index, isByRow)
{
    private readonly View index = index;
    private Address address;

    public override IEnumerable<View> Views => [index];

    public override string Describe => $"check {index.Length} indices";

    public override void Resolve() => address = new Address(index);

    protected override void Check(int item, in Clock clock)
    {
        int found = At(index, address, item, clock);
        if (found != ignored)
            IndexCheck.Row(name, found, largest + 1, cure);
    }
}

/// <summary>No integer is greater than its bound.</summary>
internal sealed class AtMostInstruction(View a, View b, string name, string bound, bool isByRow) : IntegerCheckInstruction(a, isByRow)
{
    private readonly View a = a;
    private Address left;
    private Address right;

    public override IEnumerable<View> Views => [a, b];

    public override string Describe => $"check {a.Length} integers against bounds";

    public override void Resolve() => (left, right) = (new Address(a), new Address(b));

    protected override void Check(int item, in Clock clock)
    {
        int found = At(a, left, item, clock), wanted = At(b, right, item, clock);
        if (found > wanted)
            throw new ArgumentOutOfRangeException(null, $"'{name}' holds {found} in row {item}, wanted at most {wanted}, which '{bound}' holds (shorten the one or lengthen the other)");
    }
}
