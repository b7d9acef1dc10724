namespace RnnJit.Data;

/// <summary>An input of batches and where its values come from.</summary>
/// <param name="Axis">The axis that a sequence or its parts have in common with others; null for other kinds.</param>
/// <param name="Inputs">The names of the inputs that it makes.</param>
/// <param name="Read">The values of the rows of a batch.</param>
/// <param name="Length">Steps of a row, or nodes of its tree; null for a single value.</param>
internal sealed record BatchColumn<TRow>(
    string Name, ColumnKind Kind, string? Axis, IReadOnlyList<string> Inputs, Func<RowSet<TRow>, ColumnValues> Read,
    Func<TRow, int>? Length);
