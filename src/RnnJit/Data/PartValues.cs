namespace RnnJit.Data;

/// <summary>
/// Steps that are sequences themselves, such as the characters of words: all parts of a batch as columns of one array i32[C, W], the parts
/// of row 0 first.
/// </summary>
/// <param name="axis">The axis of the parts in their rows.</param>
/// <param name="parts">The parts of each row.</param>
/// <param name="padding">The code stored past the end of a part.</param>
internal sealed class PartValues(string name, string axis, IReadOnlyList<IReadOnlyList<int>>[] parts, int padding) : ColumnValues
{
    private readonly IReadOnlyList<int>[] all = [.. parts.SelectMany(row => row)];

    public override IReadOnlyList<int> Lengths { get; } = [.. parts.Select(row => row.Count)];

    public override void Write(BatchSizes sizes, IDictionary<string, BatchInput> inputs) =>
        inputs[name] = Padding.Codes(
            [.. all, .. Enumerable.Repeat<IReadOnlyList<int>>([], Places(sizes) - all.Length)], padding, Steps(sizes));

    public override BatchInput Derived(DerivedKind kind, BatchSizes sizes) => kind switch
    {
        DerivedKind.Lengths => Padding.Lengths(PartLengths(sizes)),
        DerivedKind.Mask => Padding.Mask(PartLengths(sizes), Steps(sizes)),
        DerivedKind.Places => PlacesOfSteps(sizes),
        _ => base.Derived(kind, sizes),
    };

    private int Places(BatchSizes sizes) => sizes.RoundedUp(all.Length);

    private int Steps(BatchSizes sizes)
    {
        int longest = all.Max(part => part.Count);
        return longest > 0
            ? sizes.RoundedUp(longest)
            : throw new BatchException(
                $"Every part of '{name}' in a batch is empty (give parts with at least one step, or leave these rows out)");
    }

    private int[] PartLengths(BatchSizes sizes)
    {
        var lengths = new int[Places(sizes)];
        for (int part = 0; part < all.Length; part++)
            lengths[part] = all[part].Count;
        return lengths;
    }

    // Padding is index 0, since an index must exist; steps past the end of a row are not read.
    private BatchInput PlacesOfSteps(BatchSizes sizes)
    {
        int first = 0;
        var places = new int[parts.Length][];
        for (int row = 0; row < parts.Length; row++)
        {
            places[row] = [.. Enumerable.Range(first, parts[row].Count)];
            first += parts[row].Count;
        }

        return Padding.Codes(places, padding: 0, sizes.Steps[axis]);
    }
}
