namespace RnnJit.Gpu.Kernels;

/// <summary>
/// Words of a selection of rows along an axis, followed by the extents before the axis with their strides in source and target, then those
/// after it.
/// </summary>
internal static class TakeWord
{
    public const int From = 0;
    public const int Index = 8;
    public const int To = 16;
    public const int Lengths = 24;
    public const int Outer = 32;
    public const int Count = 33;
    public const int Inner = 34;
    public const int Extent = 35;
    public const int StrideFrom = 36;
    public const int StrideTo = 37;
    public const int OuterRank = 38;
    public const int InnerRank = 39;

    /// <summary>0: all rows; else rows that run: 1 leaves the others alone, 2 clears them.</summary>
    public const int Active = 40;
    public const int OfSource = 41;
    public const int IsInteger = 42;
    public const int Words = 43;
}
