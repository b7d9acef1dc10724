using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>The rectangle a kernel runs over. Columns is null when only row values are known yet, which fit any number of columns.</summary>
internal sealed record KernelDomain(EquatableArray<Dim> Rows, Dim? Columns)
{
    // Fusion asks for places of every operand again and again.
    private static readonly TensorType Number = new(ElementType.F32), Full = new(ElementType.F32, "R", "N"), Row = new(ElementType.F32, "R", 1),
        Column = new(ElementType.F32, "N"), Index = new(ElementType.I32, "R");

    /// <summary>The domain of a node that kernels can hold, else null.</summary>
    public static KernelDomain? Of(Graph graph, int n)
    {
        Node node = graph.Nodes[n];
        TensorType shape = node.Op switch
        {
            ElementwiseOp or MarkOp => node.Results[0],
            ReductionOp reduction when reduction.Axes.Count == 1 && reduction.Axes[0] == node.Results[0].Rank - 1 => graph.Values.Type(node.Operands[0]),
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
            return IsSuffix(type.Dims, Rows) || Repeats(type.Dims) ? Index : null;
        // [1, 1, 1] in rows of constant extent 1 is a value of that row, which a kernel may give out; elsewhere it is a number.
        bool isRow = Rows.Count > 0 && type.Rank == Rows.Count + 1 && Rows.All(dim => dim.IsOne);
        if (type.Dims.All(dim => dim.IsOne) && !isRow)
            return Rows.Count == 0 && Columns is { IsOne: true } ? Full : Number;

        Dim last = type.Dims[type.Rank - 1];
        Dim[] lead = type.Dims.Take(type.Rank - 1).ToArray();
        if (Columns is not null && last == Columns)
        {
            // A batch of constant extent 1 has rows like any other.
            bool repeats = Rows.Count > 0 && lead.Length < Rows.Count && lead.All(dim => dim.IsOne);
            bool column = repeats || (Rows.Count > 0 && lead.All(dim => dim.IsOne) && !IsSuffix(lead, Rows));
            return column ? Column : IsSuffix(lead, Rows) || Repeats(lead) ? Full : null;
        }

        return last.IsOne && lead.Length > 0 && (IsSuffix(lead, Rows) || Repeats(lead)) ? Row : null;
    }

    // [B, 1] beside [B, S]: the same row for every s.
    private bool Repeats(IReadOnlyList<Dim> dims)
    {
        int skip = Rows.Count - dims.Count;
        return skip >= 0 && dims.Count > 0 && Enumerable.Range(0, dims.Count).All(i => dims[i].IsOne || dims[i] == Rows[i + skip]);
    }

    // [B] beside [T, B]: the same rows at every time step.
    private static bool IsSuffix(IReadOnlyList<Dim> dims, EquatableArray<Dim> rows)
    {
        int skip = rows.Count - dims.Count;
        return skip >= 0 && dims.Select((dim, i) => dim == rows[i + skip]).All(same => same) && (dims.Count > 0 || rows.Count == 0);
    }
}
