using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>The rectangle a kernel runs over. Columns is null when only row values are known yet, which fit any number of
/// columns.</summary>
internal sealed record KernelDomain(EquatableArray<Dim> Rows, Dim? Columns)
{
    // Cached types, since fusion queries the domain of every operand many times.
    private static readonly TensorType Number = new(ElementType.F32), Full = new(ElementType.F32, "R", "N"),
        Row = new(ElementType.F32, "R", 1),
        Column = new(ElementType.F32, "N"), Index = new(ElementType.I32, "R");

    /// <summary>The domain of a node that kernels can hold, else null.</summary>
    public static KernelDomain? Of(Graph graph, int n)
    {
        Node node = graph.Nodes[n];
        TensorType shape = node.Op switch
        {
            ElementwiseOp or MarkOp => node.Results[0],
            ReductionOp reduction when reduction.Axes.Count == 1 && reduction.Axes[0] == node.Results[0].Rank - 1 =>
                graph.Values.Type(node.Operands[0]),
            _ => null!,
        };
        if (shape is null || !shape.IsReal)
            return null;

        // A mark depends on the place of its column, so a single place is a column, not a value of the row.
        int rank = shape.Rank;
        bool isRow = rank > 1 && shape.Dims[rank - 1].IsOne && node.Op is not MarkOp;
        var domain = rank == 0
            ? new KernelDomain(default, Dim.Of(1))
            : new KernelDomain(shape.Dims.Take(rank - 1).ToEquatable(), isRow ? null : shape.Dims[rank - 1]);
        return node.Operands.All(operand => domain.Place(graph.Values.Type(operand)) is not null) ? domain : null;
    }

    /// <summary>One domain for both, or null if they differ.</summary>
    public KernelDomain? Join(KernelDomain other)
    {
        if (Rows != other.Rows || (Columns is not null && other.Columns is not null && Columns != other.Columns))
            return null;

        return Columns is null ? other : this;
    }

    /// <summary>The type a value has inside the kernel: f32[R, N], f32[R, 1], f32[N], f32[] or i32[R]; null if it does not fit.</summary>
    public TensorType? Place(TensorType type)
    {
        ElementType element = type.Element;
        if (element == ElementType.I32)
            return IsSuffix(type.Dims, type.Rank) || Repeats(type.Dims, type.Rank) ? Index : null;
        // [1, 1, 1] in rows of constant extent 1 is a value of that row, which a kernel may give out; elsewhere it is a number.
        bool isRow = Rows.Count > 0 && type.Rank == Rows.Count + 1 && AreOnes(Rows, Rows.Count);
        if (AreOnes(type.Dims, type.Rank) && !isRow)
            return Rows.Count == 0 && Columns is { IsOne: true } ? Full : Number;

        Dim last = type.Dims[type.Rank - 1];
        int lead = type.Rank - 1;
        if (Columns is not null && last == Columns)
        {
            // A batch of constant extent 1 has rows like any other.
            bool ones = Rows.Count > 0 && AreOnes(type.Dims, lead), suffix = IsSuffix(type.Dims, lead);
            bool column = ones && (lead < Rows.Count || !suffix);
            return column ? Column : suffix || Repeats(type.Dims, lead) ? Full : null;
        }

        return last.IsOne && lead > 0 && (IsSuffix(type.Dims, lead) || Repeats(type.Dims, lead)) ? Row : null;
    }

    private static bool AreOnes(EquatableArray<Dim> dims, int count)
    {
        int ones = 0;
        while (ones < count && dims[ones].IsOne)
            ones++;
        return ones == count;
    }

    // [B, 1] beside [B, S]: the same row for every s.
    private bool Repeats(EquatableArray<Dim> dims, int count)
    {
        int skip = Rows.Count - count, same = 0;
        while (skip >= 0 && same < count && (dims[same].IsOne || dims[same] == Rows[same + skip]))
            same++;
        return skip >= 0 && count > 0 && same == count;
    }

    // [B] beside [T, B]: the same rows at every time step.
    private bool IsSuffix(EquatableArray<Dim> dims, int count)
    {
        int skip = Rows.Count - count, same = 0;
        while (skip >= 0 && same < count && dims[same] == Rows[same + skip])
            same++;
        return skip >= 0 && same == count && (count > 0 || Rows.Count == 0);
    }
}
