namespace RnnJit.Kernels;

/// <summary>A kernel in debug form was about to store a number that is NaN or infinite.</summary>
public sealed class NumericException : RnnJitException
{
    internal NumericException(string value, int row, int column, double number)
        : base(
            $"'{value}' is {number.ToString(System.Globalization.CultureInfo.InvariantCulture)} in row {row}, column {column} "
                + "(look at what it is computed from)")
    {
        (Value, Row, Column, Number) = (value, row, column, number);
    }

    /// <summary>The name of the value, as the user spelled it where he named it.</summary>
    public string Value { get; }

    /// <summary>The row within the kernel's call.</summary>
    public int Row { get; }

    public int Column { get; }

    /// <summary>The number that was found: NaN or infinite.</summary>
    public double Number { get; }
}
