namespace RnnJit.Data;

public sealed partial class RowBatches<TRow>
{
    /// <summary>The number of steps of each row, i32[B]; of <see cref="Parts"/> the number of codes of each part, i32[W].</summary>
    /// <param name="name">The name of the input in the network.</param>
    /// <param name="of">A sequence or parts that were described before.</param>
    /// <exception cref="ArgumentException">The name is empty or given already, or there is no such input.</exception>
    public RowBatches<TRow> Lengths(string name, string of) =>
        AddedDerived(name, of, DerivedKind.Lengths, "counts steps of", "sequence", ColumnKind.Sequence, ColumnKind.Parts);

    /// <summary>
    /// Mask of a sequence: 1 at the steps of a row, 0 past them, f32[T, B, 1]. Of <see cref="Parts"/>: 1 at the codes of each part, f32[C,
    /// W, 1]. Of trees: 1 at nodes, 0 at nodes added by <see cref="RoundedTo"/>, f32[N, 1].
    /// </summary>
    /// <param name="name">The name of the input in the network.</param>
    /// <param name="of">A sequence, parts or trees that were described before.</param>
    /// <inheritdoc cref="Lengths" path="/exception"/>
    public RowBatches<TRow> Mask(string name, string of) =>
        AddedDerived(name, of, DerivedKind.Mask, "marks steps of", "sequence", ColumnKind.Sequence, ColumnKind.Parts, ColumnKind.Trees);

    /// <summary>For each step of each row, the index of its part among all parts of the batch, i32[T, B]; 0 past the end of a
    /// row.</summary>
    /// <param name="name">The name of the input in the network.</param>
    /// <param name="of">Parts that were described before.</param>
    /// <inheritdoc cref="Lengths" path="/exception"/>
    public RowBatches<TRow> Places(string name, string of) =>
        AddedDerived(name, of, DerivedKind.Places, "names parts of", "parts", ColumnKind.Parts);

    /// <summary>The node at the root of each row's tree among all nodes of the batch, i32[B].</summary>
    /// <param name="name">The name of the input in the network.</param>
    /// <param name="of">Trees that were described before.</param>
    /// <inheritdoc cref="Lengths" path="/exception"/>
    public RowBatches<TRow> Roots(string name, string of) =>
        AddedDerived(name, of, DerivedKind.Roots, "names roots of", "trees", ColumnKind.Trees);

    private RowBatches<TRow> AddedDerived(string name, string of, DerivedKind kind, string does, string wanted, params ColumnKind[] kinds)
    {
        RequireNew(name);
        Require(name, of, does, wanted, column => kinds.Contains(column.Kind));
        return Changed(copy => copy.derived = [.. derived, new DerivedInput(name, kind, of)]);
    }

    private RowBatches<TRow> Added(
        string name, ColumnKind kind, string? axis, IReadOnlyList<string> inputs, Func<TRow, int>? length,
        Func<RowSet<TRow>, ColumnValues> read)
    {
        RequireNew(name);
        foreach (string input in inputs)
            RequireNew(input);
        if (axis is { Length: 0 })
            throw new ArgumentException($"The axis of '{name}' has no name (give one, such as T)");
        return Changed(copy => copy.columns = [.. columns, new BatchColumn<TRow>(name, kind, axis, inputs, read, length)]);
    }

    private void RequireNew(string name)
    {
        if (string.IsNullOrEmpty(name))
            throw new ArgumentException("An input has no name (give the one that the network uses)");
        if (columns.Any(column => column.Name == name) || Inputs.Contains(name))
            throw new ArgumentException($"'{name}' is given twice in the batches (choose another name)");
    }

    private void Require(string name, string of, string does, string wanted, Func<BatchColumn<TRow>, bool> fits)
    {
        if (!columns.Any(column => column.Name == of && fits(column)))
            throw new ArgumentException($"'{name}' {does} '{of}', which is no {wanted} of these batches (found: {Names(fits)})");
    }
}
