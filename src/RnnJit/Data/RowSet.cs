using RnnJit.Ir;

namespace RnnJit.Data;

/// <summary>The rows of one batch.</summary>
/// <param name="All">Rows of the whole data set.</param>
/// <param name="Numbers">Places of the batch's rows among them.</param>
internal sealed record RowSet<TRow>(IReadOnlyList<TRow> All, int[] Numbers)
{
    /// <summary>A value of each row.</summary>
    /// <exception cref="BatchException">A row gives null, or what it gives is no tree.</exception>
    public T[] Each<T>(string name, Func<TRow, T> value) => [.. Numbers.Select(number => Of(name, number, value))];

    private T Of<T>(string name, int number, Func<TRow, T> value)
    {
        try
        {
            return value(All[number])
                ?? throw new BatchException($"Row {number} gives null as '{name}' (give an empty list where there are no steps)");
        }
        catch (GraphException e)
        {
            throw new BatchException($"Row {number}, '{name}': {e.Message}", e);
        }
    }
}
