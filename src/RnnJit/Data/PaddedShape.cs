namespace RnnJit.Data;

/// <summary>Places of steps in padded sequences.</summary>
/// <param name="Width">Numbers of one step.</param>
internal readonly record struct PaddedShape(int Steps, int Rows, int Width, SequenceOrder Order)
{
    /// <summary>The number of all elements.</summary>
    /// <exception cref="BatchException">An array cannot have so many.</exception>
    public int Elements
    {
        get
        {
            if ((Int128)Steps * Rows * Width > Array.MaxLength)
            {
                throw new BatchException(
                    $"{Steps} steps of {Rows} rows with {Width} numbers each are more than {Array.MaxLength} numbers " +
                    "(use smaller batches or shorter rows)");
            }

            return Steps * Rows * Width;
        }
    }

    /// <summary>The first element of a step of a row.</summary>
    public int At(int step, int row) => Width * (Order == SequenceOrder.TimeMajor ? (step * Rows) + row : (row * Steps) + step);

    /// <summary>The shape with these axes appended after the first two.</summary>
    public int[] With(params int[] last) => Order == SequenceOrder.TimeMajor ? [Steps, Rows, .. last] : [Rows, Steps, .. last];
}
