using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The terms of a value's total over time: the value itself, or the values that it is made of.</summary>
internal sealed class TotalTerms(Graph body, LoopPlaces places)
{
    /// <summary>The values whose totals over time make the total of a value; null where it is taken of the value itself.</summary>
    public int[]? Of(int value) =>
        places.OpOf(value) is ReshapeOp ? places.OperandsOf(value) : Summands(value) ?? (Factor(value) is { } factor ? [factor] : null);

    /// <summary>True for a product or sum whose total over time is one product or one reduction.</summary>
    public bool IsDirect(int value) => places.OpOf(value) is ContractOp or SumOp && !places.Pairs(value)
        && places.OperandsOf(value).All(operand => places.Classes[operand] != StepClass.Invariant);

    /// <summary>Σ (a + b) = Σ a + Σ b, so each part can be one product.</summary>
    public int[]? Summands(int value) =>
        places.OpOf(value) is AddOp && places.OperandsOf(value)
            .All(operand => body.Values.Type(operand) == body.Values.Type(value)) ? places.OperandsOf(value) : null;

    /// <summary>
    /// Σ (a · w) = (Σ a) · w where w does not change with time: the factor that does. With lengths it has to end with the rows that w has.
    /// </summary>
    public int? Factor(int value)
    {
        if (places.OpOf(value) is not ContractOp || places.Pairs(value))
            return null;

        int a = places.OperandsOf(value)[0], b = places.OperandsOf(value)[1];
        return (places.Classes[a] == StepClass.Invariant, places.Classes[b] == StepClass.Invariant) switch
        {
            (false, true) when places.EndsWithRows(value, a) => a,
            (true, false) when places.EndsWithRows(value, b) => b,
            _ => null,
        };
    }
}
