namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a gather or scatter.</summary>
internal static class IndexedWord
{
    public const int Table = 0;
    public const int Index = 8;
    public const int Rows = 16;
    public const int Lengths = 24;

    /// <summary>Lengths of the loop around, see <see cref="DeviceWords.Runs"/>.</summary>
    public const int Loop = 32;
    public const int Items = 41;
    public const int Width = 42;
    public const int Size = 43;
    public const int PerRow = 44;

    /// <summary>1 where rows with lengths are left out, 2 where they are 0.</summary>
    public const int Active = 45;
    public const int Batch = 46;

    /// <summary>Items of a row of a step.</summary>
    public const int Inner = 47;
    public const int Adds = 48;
    public const int Words = 49;
}
