namespace RnnJit.Runtime;

/// <summary>Counts of rows that run.</summary>
internal static unsafe class ActiveRowCount
{
    /// <summary>Rows up to the last one that runs at a step, of the first <paramref name="rows"/>. Later steps have
    /// no more than earlier ones.</summary>
    public static int At(int* lengths, int t, int rows)
    {
        while (rows > 0 && lengths[rows - 1] <= t)
            rows--;
        return rows;
    }
}
