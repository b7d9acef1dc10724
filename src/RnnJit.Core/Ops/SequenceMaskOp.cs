using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>A mask of valid elements, 1 below the length and 0 from it on: lengths i32[B] ⇒ f32[B, S]; printed as
/// <c>sequence_mask[S : f32]</c>.</summary>
public sealed class SequenceMaskOp(Dim places, ElementType element) : MarkOp(places, element)
{
    public override string Name => "sequence_mask";

    public override (string Function, string Sign) Comparison => ("Less", "<");

    public static SequenceMaskOp Parse(string attributes)
    {
        var (places, element) = Read("sequence_mask", attributes);
        return new SequenceMaskOp(places, element);
    }

    public override string Cure => "check the lengths";

    public override int Largest(int places) => places;

    public override bool Marks(int index, int place) => place < index;

    public override MarkOp Over(Dim places, ElementType element) => new SequenceMaskOp(places, element);
}
