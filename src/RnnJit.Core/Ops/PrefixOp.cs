using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>1 in the first places, as many as the integer says, 0 behind them: lengths i32[B] ⇒ a mask f32[B, S]; printed as <c>prefix[S : f32]</c>.</summary>
public sealed class PrefixOp(Dim places, ElementType element) : MarkOp(places, element)
{
    public override string Name => "prefix";

    public override (string Function, string Sign) Comparison => ("Less", "<");

    public static PrefixOp Parse(string attributes)
    {
        var (places, element) = Read("prefix", attributes);
        return new PrefixOp(places, element);
    }

    public override string Cure => "check the lengths";

    public override int Largest(int places) => places;

    public override bool Marks(int index, int place) => place < index;

    public override MarkOp Over(Dim places, ElementType element) => new PrefixOp(places, element);
}
