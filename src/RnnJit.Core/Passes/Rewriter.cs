using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Adds nodes to a graph: rewrite rules are tried first, then a node with the same op and operands is reused.</summary>
internal sealed class Rewriter(GraphBuilder builder, Func<Application, Value?>[] rules)
{
    private readonly Dictionary<(Op, EquatableArray<int>), Value[]> made = [];
    private readonly Dictionary<int, Dictionary<(Dim Start, Dim Length), Value>> parts = [];

    public GraphBuilder Builder { get; } = builder;

    /// <summary>Values x that some node already multiplies by an inverse root r = 1 / √v of their row: the id of x → r.</summary>
    public Dictionary<int, Value> Normalised { get; } = [];

    /// <summary>The part of a concat that lies at a place of its axis, null if none does. Many slices of one concat are one walk over its
    /// parts.</summary>
    public Value? Part(Value concat, Dim start, Dim length)
    {
        if (!parts.TryGetValue(concat.Id, out var known))
        {
            var (op, operands) = Builder.Definition(concat)!.Value;
            int axis = ((ConcatOp)op).Axis;
            parts[concat.Id] = known = [];
            Dim next = 0;
            foreach (Value part in operands.Select(Builder.At))
            {
                Dim extent = part.Type.Dims[axis];
                if (!known.ContainsKey((next, extent)))
                    known[(next, extent)] = part;
                next += extent;
            }
        }

        return known.TryGetValue((start, length), out Value? found) ? found : null;
    }

    public Value[] Apply(Op op, params Value[] operands) => Apply(op, operands, usedOnce: false);

    public Value[] Apply(Op op, Value[] operands, bool usedOnce)
    {
        if (op is ConstantOp { Type.Rank: 0 } scalar)
            return [Builder.Constant(scalar.Value, scalar.Type.Element)];
        TensorType[]? types = null;
        if (op.Family != OpFamily.Scan)
        {
            var application = new Application(this, op, operands, usedOnce);
            foreach (var rule in rules)
            {
                if (rule(application) is { } replacement)
                    return [replacement];
            }

            types = application.Types;
        }

        var key = (op, Array.ConvertAll(operands, operand => operand.Id).ToEquatable());
        if (!made.TryGetValue(key, out Value[]? results))
            made[key] = results = types is null ? Builder.AddMany(op, operands) : Builder.AddKnown(op, operands, types);

        return results;
    }
}
