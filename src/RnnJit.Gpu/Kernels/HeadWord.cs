namespace RnnJit.Gpu.Kernels;

/// <summary>Words before the operands of a kernel, followed by the extents of the row axes.</summary>
internal static class HeadWord
{
    public const int Columns = 0;
    public const int Units = 1;
    public const int UnitsPerRow = 2;
    public const int Span = 3;
    public const int Lanes = 4;
    public const int Memory = 5;
    public const int MemoryStride = 6;
    public const int Kept = 7;
    public const int Axes = 8;
    public const int Operands = 9;
    public const int HasLengths = 10;
    public const int BatchFirst = 11;
    public const int RowsPerStep = 12;
    public const int RowsPerItem = 13;
    public const int Items = 14;

    /// <summary>Units of the items before this one, where several are one launch.</summary>
    public const int First = 15;

    /// <summary>An address.</summary>
    public const int Lengths = 16;
    public const int Words = 24;
}
