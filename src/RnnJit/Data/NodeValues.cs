namespace RnnJit.Data;

/// <summary>Values of the nodes of trees, those of the first tree first, [N, …].</summary>
/// <param name="numbers">Places of the rows in the data set, for messages.</param>
/// <param name="counts">Nodes of each row for which there are values.</param>
/// <param name="values">The input for a forest.</param>
internal sealed class NodeValues(string name, string of, int[] numbers, int[] counts, Func<ForestBatch, BatchInput> values) : ColumnValues
{
    public override void Write(BatchSizes sizes, IDictionary<string, BatchInput> inputs)
    {
        ForestBatch forest = sizes.Forests[of];
        int wrong = Enumerable.Range(0, counts.Length).FirstOrDefault(row => counts[row] != forest.Counts[row], -1);
        if (wrong >= 0)
        {
            throw new BatchException(
                $"Row {numbers[wrong]} has {counts[wrong]} values of '{name}' where its tree '{of}' has {forest.Counts[wrong]} nodes " +
                "(give one for each node)");
        }

        inputs[name] = values(forest);
    }
}
