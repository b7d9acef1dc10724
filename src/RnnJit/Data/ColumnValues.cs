namespace RnnJit.Data;

/// <summary>Values that the rows of a batch give for an input.</summary>
internal abstract class ColumnValues
{
    /// <summary>Steps of each row along the axis; none where there is no axis.</summary>
    public virtual IReadOnlyList<int> Lengths => [];

    /// <summary>Puts the values into the inputs of a batch.</summary>
    public abstract void Write(BatchSizes sizes, IDictionary<string, BatchInput> inputs);

    /// <summary>An input that counts or marks steps, or names places.</summary>
    public virtual BatchInput Derived(DerivedKind kind, BatchSizes sizes) =>
        throw new InvalidOperationException($"{GetType().Name} has no {kind}");
}
