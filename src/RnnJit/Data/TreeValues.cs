using RnnJit.Ir;

namespace RnnJit.Data;

/// <summary>A tree of each row: the integers of a forest.</summary>
/// <param name="numbers">Places of the rows in the data set, for messages.</param>
/// <param name="trees">For each row and node the children, −1 where one is missing.</param>
internal sealed class TreeValues(string name, int[] numbers, IReadOnlyList<IReadOnlyList<int>>[] trees, int arity, int places)
    : ColumnValues
{
    // A sentence about a tree names it by its number in the batch.
    private const string Alone = "Tree 0: ";

    public override void Write(BatchSizes sizes, IDictionary<string, BatchInput> inputs)
    {
        ForestBatch forest = Packed(sizes.Multiple);
        sizes.Forests[name] = forest;
        foreach (var (input, values) in forest.Inputs(name))
            inputs[input] = values;
    }

    public override BatchInput Derived(DerivedKind kind, BatchSizes sizes) => kind switch
    {
        DerivedKind.Roots => BatchInput.Of(sizes.Forests[name].Roots.ToArray(), trees.Length),
        DerivedKind.Mask => sizes.Forests[name].Mask(),
        _ => base.Derived(kind, sizes),
    };

    private ForestBatch Packed(int multiple)
    {
        try
        {
            return ForestBatch.Of(trees, arity, places, multiple);
        }
        catch (Exception e) when (e is GraphException or ArgumentException)
        {
            throw new BatchException(Sentence() ?? $"'{name}': {e.Message}", e);
        }
    }

    // Of the first row whose tree is none.
    private string? Sentence()
    {
        for (int row = 0; row < trees.Length; row++)
        {
            try
            {
                ForestBatch.Of([trees[row]], arity);
            }
            catch (Exception e) when (e is GraphException or ArgumentException)
            {
                string sentence = e.Message.StartsWith(Alone, StringComparison.Ordinal) ? e.Message[Alone.Length..] : e.Message;
                return $"Row {numbers[row]}, '{name}': {sentence}";
            }
        }

        return null;
    }
}
