using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>All values of h' = a ⊙ h + b over time, in chunks that run in parallel, followed by a loop over the remaining steps, if
/// any.</summary>
internal sealed class ChunkedStates(GraphBuilder builder, bool reverse, Dim chunks, Dim length, Dim rest)
{
    private Dim Whole => chunks.Constant * length;

    private bool HasRest => rest != Dim.Of(0);

    /// <param name="a">[T, …], the factor of each step.</param>
    /// <param name="b">[T, …]</param>
    /// <param name="initial">[…], the state before the first step.</param>
    /// <returns>The last state, and all of them in the order of time.</returns>
    public (Value Last, Value States) Run(Value a, Value b, Value initial)
    {
        if (!HasRest)
            return Chunks(a, b, initial);

        Value Front(Value x) => builder.Add(new SliceOp(0, 0, Whole), x);
        Value Back(Value x) => builder.Add(new SliceOp(0, Whole, rest), x);
        var first = reverse ? Rest(Back(a), Back(b), initial) : Chunks(Front(a), Front(b), initial);
        var second = reverse ? Chunks(Front(a), Front(b), first.Last) : Rest(Back(a), Back(b), first.Last);
        return (second.Last, reverse ? builder.Add(new ConcatOp(0), second.States,
            first.States) : builder.Add(new ConcatOp(0), first.States, second.States));
    }

    /// <summary>The state before each step: the initial state, then all states except the last.</summary>
    public Value Before(Value initial, Value states)
    {
        Dim fewer = Whole + rest - 1;
        Value kept = builder.Add(new SliceOp(0, reverse ? 1 : 0, fewer), states),
            first = builder.Add(new ReshapeOp(initial.Type.Dims.Prepend(Dim.Of(1))), initial);
        return reverse ? builder.Add(new ConcatOp(0), kept, first) : builder.Add(new ConcatOp(0), first, kept);
    }

    /// <summary>The state after the last step.</summary>
    public Value Last(Value states) =>
        builder.Add(new ReshapeOp(states.Type.Dims.Skip(1)), builder.Add(new SliceOp(0, reverse ? 0 : Whole + rest - 1, 1), states));

    private (Value Last, Value States) Rest(Value a, Value b, Value initial)
    {
        Value[] results =
            Loop(rest, initial.Type, [("a", a), ("b", b)], [("h", initial)], x => [(x["a"] * x["h"]) + x["b"]], x => x["next h"]);
        return (results[0], results[1]);
    }

    // Chunk c begins with carry[c]: h[c, t] = l[c, t] + (a[c, 1] ⊙ … ⊙ a[c, t]) ⊙ carry[c].
    private (Value Last, Value States) Chunks(Value a, Value b, Value initial)
    {
        TensorType type = initial.Type, wide = type.WithDims(type.Dims.Prepend(chunks));
        Value one = builder.Add(new ConstantOp(1, wide)), zero = builder.Add(new ConstantOp(0, wide));
        Value[] local = Loop(length, wide, [("a", SideBySide(a)), ("b", SideBySide(b))], [("p", one), ("l", zero)],
            x => [x["a"] * x["p"], (x["a"] * x["l"]) + x["b"]], x => x["next p"], x => x["next l"]);
        Value[] carries =
            Loop(chunks, type, [("p", local[0]), ("l", local[1])], [("h", initial)], x => [(x["p"] * x["h"]) + x["l"]], x => x["h"]);
        Value carry = builder.Add(new ReshapeOp(type.Dims.Prepend(Dim.Of(1)).Prepend(chunks)), carries[1]);
        Value states = Swapped(local[3]) + (Swapped(local[2]) * carry);
        return (carries[0], builder.Add(new ReshapeOp(type.Dims.Prepend(Whole)), states));
    }

    // [C · n, …] ⇒ [n, C, …]
    private Value SideBySide(Value x) => Swapped(builder.Add(new ReshapeOp(x.Type.Dims.Skip(1).Prepend(length).Prepend(chunks)), x));

    private Value Swapped(Value x) => builder.Add(new TransposeOp(Enumerable.Range(2, x.Type.Rank - 2).Prepend(0).Prepend(1)), x);

    // A loop that yields the given values, all of one type.
    private Value[] Loop(Dim time, TensorType type, (string Name, Value Value)[] given, (string Name, Value Value)[] states,
        Func<IReadOnlyDictionary<string, Value>, Value[]> next, params Func<IReadOnlyDictionary<string, Value>, Value>[] yields)
    {
        var step = new GraphBuilder();
        var values = new Dictionary<string, Value>();
        foreach (var (name, _) in given)
            values[name] = step.Input(name, type, PortRole.Sequence);
        foreach (var (name, _) in states)
            values[name] = step.Input(name, type, PortRole.State);
        Value[] after = next(values);
        var outputs = states.Select((state, s) => (state.Name, after[s], OutputRole.Next)).ToList();
        for (int s = 0; s < states.Length; s++)
            values["next " + states[s].Name] = after[s];
        outputs.AddRange(yields.Select((yield, i) => ("y" + i, yield(values), OutputRole.Yield)));
        return builder.AddMany(new ScanOp(step.Build("body", "step", outputs), time, reverse, hasLengths: false),
            given.Concat(states).Select(pair => pair.Value).ToArray());
    }
}
