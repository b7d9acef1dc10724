namespace RnnJit.Data;

/// <summary>Rows of a data set as batches.</summary>
public static class Batches
{
    /// <summary>Cuts rows into batches; the last one may have fewer rows. The inputs are described next, by name.</summary>
    /// <param name="rows">The data set; it must stay as it is while batches are read.</param>
    /// <param name="size">Rows of a batch, B.</param>
    /// <exception cref="ArgumentException">There is no row, or the size is below 1.</exception>
    public static RowBatches<TRow> Of<TRow>(IReadOnlyList<TRow> rows, int size)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
            throw new ArgumentException("The data set has no rows (give at least one)");
        if (size < 1)
            throw new ArgumentException($"The batch size is {size}, wanted at least 1 (give the number of rows of a batch)");
        return new RowBatches<TRow>(rows, size);
    }
}
