namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a matrix product in the table, followed by loops (extent, A, B, C, start) and summed loops (extent, A, B).</summary>
internal static class MatMulWord
{
    public const int A = 0;
    public const int B = 8;
    public const int C = 16;
    public const int Start = 24;
    public const int Lengths = 32;
    public const int Listed = 40;
    public const int M = 48;
    public const int N = 49;
    public const int K = 50;
    public const int RowA = 51;
    public const int RowC = 52;
    public const int RowStart = 53;
    public const int ColumnB = 54;
    public const int ColumnC = 55;
    public const int DepthA = 56;
    public const int DepthB = 57;

    /// <summary>Initial value of the accumulators: 0: zero; 1: C itself; 2: a separate view.</summary>
    public const int StartsFrom = 58;
    public const int Reverse = 59;

    /// <summary>1 where B is packed in the order of the sum.</summary>
    public const int Packed = 60;
    public const int Loops = 61;
    public const int SumLoops = 62;

    /// <summary>0 where all rows are computed, else 1 + the axes that rows and steps are.</summary>
    public const int Active = 63;

    /// <summary>In rows that are not computed: 0 nothing is written, 1 zero, 2 the start of the chain.</summary>
    public const int Ended = 64;
    public const int Steps = 65;
    public const int Batch = 66;

    /// <summary>Loops within one row of the batch.</summary>
    public const int Inner = 67;
    public const int Words = 68;
}
