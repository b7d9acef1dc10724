using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Splits a new state into the kept part of the old state and the update: f ⊙ c + i ⊙ g ⇒ (f ⊙ c, i ⊙ g);  h + z ⊙ (n
/// − h) ⇒ (h − z ⊙ h, z ⊙ n).</summary>
internal sealed class StateUpdate(StepRewrite rewrite, int state)
{
    // Each value once: in a chain of sums of a value with itself the ways to the first one double from link to link.
    private readonly Dictionary<int, (Value? Kept, Value? Added)> parts = [];

    /// <summary>True where a new state is a sum of a part kept from the old state and a part added to it.</summary>
    public static bool Exists(CellDefinition cell, int state, int next)
    {
        var (kept, added) = new StateUpdate(new StepRewrite(cell), state).Split(next);
        return kept is not null && added is not null;
    }

    /// <returns>Null parts are 0. A value that is not linear in the old state is all update.</returns>
    public (Value? Kept, Value? Added) Split(int value)
    {
        StackDepth.Require(rewrite.Step);
        if (!parts.TryGetValue(value, out (Value? Kept, Value? Added) known))
            parts[value] = known = Parts(value);
        return known;
    }

    private (Value? Kept, Value? Added) Parts(int value)
    {
        if (value == state)
            return (rewrite.Get(value), null);

        int node = rewrite.Step.Values.Node(value);
        if (node < 0 || rewrite.Step.Nodes[node].Op is not (AddOp or SubOp or NegOp or MulOp or DivOp))
            return (null, rewrite.Get(value));

        int a = rewrite.Step.Nodes[node].Operands[0], b = rewrite.Step.Nodes[node].Operands[rewrite.Step.Nodes[node].Operands.Count - 1];
        var (keptA, addedA) = Split(a);
        var (keptB, addedB) = Split(b);
        switch (rewrite.Step.Nodes[node].Op)
        {
            case AddOp when (keptA ?? keptB) is not null:
                return (Plus(keptA, keptB), Plus(addedA, addedB));
            case SubOp when (keptA ?? keptB) is not null:
                return (Minus(keptA, keptB), Minus(addedA, addedB));
            case NegOp when keptA is not null:
                return (-keptA, addedA is null ? null : -addedA);
            case MulOp when keptA is not null && keptB is null:
                return (keptA * rewrite.Get(b), addedA is null ? null : addedA * rewrite.Get(b));
            case MulOp when keptB is not null && keptA is null:
                return (rewrite.Get(a) * keptB, addedB is null ? null : rewrite.Get(a) * addedB);
            case DivOp when keptA is not null && keptB is null:
                return (keptA / rewrite.Get(b), addedA is null ? null : addedA / rewrite.Get(b));
            default:
                return (null, rewrite.Get(value));
        }
    }

    private static Value? Plus(Value? a, Value? b) => a is null ? b : b is null ? a : a + b;

    private static Value? Minus(Value? a, Value? b) => b is null ? a : a is null ? -b : a - b;
}
