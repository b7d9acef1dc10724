using RnnJit.Plans;

namespace RnnJit.Runtime;

internal static class IndexCheck
{
    private const string Cure = "check the vocabulary";

    /// <summary>The range of indices for a share's rows of the batch.</summary>
    public static (int Start, int End) Items(in WorkShare share, BufferView index)
    {
        int perRow = share.RowEnd < 0 ? 0 : index.Length / Math.Max(index.Shape[0], 1);
        return share.RowEnd < 0 ? (0, index.Length) : (share.RowStart * perRow, share.RowEnd * perRow);
    }

    public static long Row(string name, int row, int rows, string cure = Cure) => (uint)row < (uint)rows
        ? row
        : throw new ArgumentOutOfRangeException(null, Sentence(name, row, rows, cure));

    public static string Sentence(string name, int row, int rows, string cure = Cure) =>
        $"'{name}' holds index {row}, wanted 0 to {rows - 1} ({cure})";
}
