namespace RnnJit.Data;

/// <summary>
/// Description of batches of rows: their inputs and the order of rows. Each method returns new batches and does not change this object. An
/// epoch depends only on the rows, the description and the epoch's number, so repeated reads give the same batches.
/// </summary>
public sealed partial class RowBatches<TRow> : IBatches
{
    private const string Time = "T";

    private readonly IReadOnlyList<TRow> rows;
    private readonly int size;
    private BatchColumn<TRow>[] columns = [];
    private DerivedInput[] derived = [];
    private ulong? seed;
    private string? bucketed;
    private int pool;
    private bool dropLast;
    private int multiple = 1;
    private Lazy<int[]?> lengths = new((int[]?)null);

    internal RowBatches(IReadOnlyList<TRow> rows, int size) => (this.rows, this.size) = (rows, size);

    /// <summary>Batches of an epoch.</summary>
    public int Count => Order(null).Count;

    /// <summary>Rows of the data set.</summary>
    public int Rows => rows.Count;

    /// <summary>Rows of every batch except the last, which may have fewer.</summary>
    public int Size => size;

    /// <summary>The names of all inputs.</summary>
    public IReadOnlyList<string> Inputs => [.. columns.SelectMany(column => column.Inputs), .. derived.Select(input => input.Name)];

    /// <summary>Rows come in a random order, another one in each epoch. It depends on the seed and the number of the epoch alone.</summary>
    public RowBatches<TRow> Shuffled(ulong seed) => Changed(copy => copy.seed = seed);

    /// <summary>
    /// Rows of similar length share a batch, so that less is padded: of each pool of batches the rows are sorted by length. With
    /// <see cref="Shuffled"/> the rows of a pool are drawn at random, and the batches come in a random order.
    /// </summary>
    /// <param name="by">The input whose length counts: a sequence, or trees, whose nodes are counted; null: the first one.</param>
    /// <param name="pool">So many batches are sorted together; 0: all of the epoch.</param>
    /// <exception cref="ArgumentException">There is no such input, or the pool is negative.</exception>
    public RowBatches<TRow> Bucketed(string? by = null, int pool = 100)
    {
        if (pool < 0)
            throw new ArgumentException($"The pool is {pool} batches, wanted at least 1, or 0 for all (give a positive number)");
        BatchColumn<TRow> column = columns.FirstOrDefault(column => column.Length is not null && (by is null || column.Name == by))
            ?? throw new ArgumentException(
                $"{(by is null ? "The batches have no input" : $"'{by}' is no input")} with lengths to sort by " +
                $"(found: {Names(column => column.Length is not null)})");
        return Changed(copy => (copy.bucketed, copy.pool) = (column.Name, pool));
    }

    /// <summary>Every batch is full: rows that are left over in an epoch, the last of its order, are not in it.</summary>
    /// <exception cref="ArgumentException">The rows do not fill one batch.</exception>
    public RowBatches<TRow> DropLast() => rows.Count >= size
        ? Changed(copy => copy.dropLast = true)
        : throw new ArgumentException($"{rows.Count} rows do not fill one batch of {size} (use smaller batches, or keep the last one)");

    /// <summary>
    /// Rounds padded sizes, except the number of rows, up to a multiple, so that fewer shapes occur and fewer plans are made.
    /// </summary>
    /// <exception cref="ArgumentException">The multiple is below 1.</exception>
    public RowBatches<TRow> RoundedTo(int multiple) => multiple >= 1
        ? Changed(copy => copy.multiple = multiple)
        : throw new ArgumentException($"Sizes are rounded to multiples of {multiple}, wanted at least 1 (give 1 to round nothing)");

    /// <summary>The batches of an epoch.</summary>
    /// <param name="epoch">0 or more.</param>
    /// <param name="from">The first batch that is read; those before it are not built.</param>
    /// <exception cref="ArgumentException">The epoch is negative, the first batch is not in 0 … <see cref="Count"/>, or no input is
    /// described.</exception>
    /// <exception cref="BatchException">While it is read: rows cannot become a batch.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int from = 0)
    {
        if (epoch < 0)
            throw new ArgumentException($"The epoch is {epoch}, wanted 0 or more (count epochs from 0)");
        if (from < 0 || from > Count)
        {
            throw new ArgumentException(
                $"The first batch is {from}, wanted 0 to {Count}, the number of batches (it was saved with other rows or another size)");
        }

        if (columns.Length == 0)
            throw new ArgumentException("The batches have no input (describe one with Codes, Vectors, Label or another of these)");
        return Read(epoch, from);
    }

    private EpochOrder Order(int[]? lengths) => new(rows.Count, size, dropLast, seed, lengths, pool);

    private IEnumerable<Batch> Read(int epoch, int from)
    {
        int[][] batches = Order(lengths.Value).Batches(epoch);
        for (int i = from; i < batches.Length; i++)
            yield return Build(batches[i]);
    }

    private Batch Build(int[] numbers)
    {
        var set = new RowSet<TRow>(rows, numbers);
        ColumnValues[] values = [.. columns.Select(column => column.Read(set))];
        var sizes = new BatchSizes(multiple);
        for (int i = 0; i < columns.Length; i++)
            Measure(i, values, numbers, sizes);
        var inputs = new Dictionary<string, BatchInput>(StringComparer.Ordinal);
        foreach (ColumnValues column in values)
            column.Write(sizes, inputs);
        foreach (DerivedInput input in derived)
            inputs[input.Name] = values[Array.FindIndex(columns, column => column.Name == input.Of)].Derived(input.Kind, sizes);
        return new Batch(numbers.Length, inputs) { Numbers = numbers };
    }

    // Sequences of one axis have the same steps.
    private void Measure(int column, ColumnValues[] values, int[] numbers, BatchSizes sizes)
    {
        if (columns[column].Axis is not { } axis)
            return;
        IReadOnlyList<int> found = values[column].Lengths;
        int first = Array.FindIndex(columns, other => other.Axis == axis);
        int wrong = Enumerable.Range(0, numbers.Length).FirstOrDefault(row => found[row] != values[first].Lengths[row], -1);
        if (wrong >= 0)
        {
            throw new BatchException(
                $"Row {numbers[wrong]} has {values[first].Lengths[wrong]} steps of '{columns[first].Name}' " +
                $"and {found[wrong]} of '{columns[column].Name}', " +
                $"both along axis {axis} " +
                "(give as many of both, or name an axis of its own for one)");
        }

        string name = columns[column].Name;
        if (found.Max() == 0)
        {
            throw new BatchException(
                $"No row of a batch has a step of '{name}', as in row {numbers[0]} (leave rows without steps out, or use larger batches)");
        }

        int empty = Enumerable.Range(0, numbers.Length).FirstOrDefault(row => found[row] == 0, -1);
        if (empty >= 0 && !Counted(axis))
        {
            throw new BatchException(
                $"Row {numbers[empty]} has no step of '{name}' and no input says so (add Lengths or Mask, or leave the row out)");
        }

        sizes.Steps[axis] = sizes.RoundedUp(found.Max());
    }

    private bool Counted(string axis) => derived.Any(input =>
        input.Kind is DerivedKind.Lengths or DerivedKind.Mask
            && columns.Any(column => column.Name == input.Of && column.Kind == ColumnKind.Sequence && column.Axis == axis));

    private int[]? RowLengths()
    {
        BatchColumn<TRow>? column = columns.FirstOrDefault(column => column.Name == bucketed);
        return column is null ? null : [.. rows.Select(column.Length!)];
    }

    // Lengths of all rows are counted once for each description, when they are first needed.
    private RowBatches<TRow> Changed(Action<RowBatches<TRow>> change)
    {
        var copy = (RowBatches<TRow>)MemberwiseClone();
        change(copy);
        copy.lengths = new Lazy<int[]?>(copy.RowLengths);
        return copy;
    }

    private string Names(Func<BatchColumn<TRow>, bool> chosen)
    {
        string[] names = [.. columns.Where(chosen).Select(column => column.Name)];
        return names.Length > 0 ? string.Join(", ", names) : "none";
    }
}
