namespace RnnJit.Data;

/// <summary>Sizes that the inputs of one batch have in common.</summary>
/// <param name="multiple">Padded sizes are multiples of it.</param>
internal sealed class BatchSizes(int multiple)
{
    /// <summary>Padded steps by axis.</summary>
    public Dictionary<string, int> Steps { get; } = new(StringComparer.Ordinal);

    /// <summary>Forests by the name of their input.</summary>
    public Dictionary<string, ForestBatch> Forests { get; } = new(StringComparer.Ordinal);

    public int Multiple => multiple;

    /// <summary>The next multiple.</summary>
    /// <exception cref="BatchException">It is no 32-bit number.</exception>
    public static int RoundedUp(int size, int multiple)
    {
        long rounded = (size + (long)multiple - 1) / multiple * multiple;
        return rounded <= Array.MaxLength
            ? (int)rounded
            : throw new BatchException(
                $"A size of {size} rounded up to a multiple of {multiple} is {rounded}, wanted at most {Array.MaxLength} (round to less)");
    }

    public int RoundedUp(int size) => RoundedUp(size, multiple);
}
