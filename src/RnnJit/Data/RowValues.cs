namespace RnnJit.Data;

/// <summary>An input with one value of each row, [B, …].</summary>
internal sealed class RowValues(string name, BatchInput values) : ColumnValues
{
    public override void Write(BatchSizes sizes, IDictionary<string, BatchInput> inputs) => inputs[name] = values;
}
