namespace RnnJit.Data;

/// <summary>An input of sequences, [T, B, …].</summary>
/// <param name="axis">The axis along which the steps stand.</param>
/// <param name="lengths">Steps of each row.</param>
/// <param name="padded">The input for a number of steps.</param>
internal sealed class SequenceValues(string name, string axis, int[] lengths, Func<int, BatchInput> padded) : ColumnValues
{
    public override IReadOnlyList<int> Lengths => lengths;

    public override void Write(BatchSizes sizes, IDictionary<string, BatchInput> inputs) => inputs[name] = padded(sizes.Steps[axis]);

    public override BatchInput Derived(DerivedKind kind, BatchSizes sizes) => kind switch
    {
        DerivedKind.Lengths => Padding.Lengths(lengths),
        DerivedKind.Mask => Padding.Mask(lengths, sizes.Steps[axis]),
        _ => base.Derived(kind, sizes),
    };
}
