using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>A loop over time.</summary>
/// <param name="Batch">Rows of the batch.</param>
/// <param name="IsRowIndependent">No row of the batch reads another one's, and every command of a step takes a range of rows.</param>
/// <param name="Body">Commands of a step.</param>
/// <param name="Lengths">Steps of each row, i32[B]; null where all rows run all steps.</param>
/// <param name="Freeze">Copies that keep the states of rows that have ended.</param>
/// <param name="Yields">Views of a step that are cleared for rows that have ended.</param>
/// <param name="Chunked">Matrix products that are computed in chunks of steps, ahead of the loop.</param>
public sealed record ScanCommand(
    ScanOp Scan, int Steps, int Batch, bool IsRowIndependent, PlanCommand[] Body, BufferView? Lengths, CopyCommand[] Freeze,
    BufferView[] Yields,
    ChunkedMatMul[] Chunked) : PlanCommand
{
    /// <summary>Views that the loop itself reads and writes at each of its steps.</summary>
    public IEnumerable<BufferView> OwnViews =>
        Freeze.SelectMany(copy => copy.Views).Concat(Yields).Concat(Lengths is null ? [] : [Lengths]);

    public override IEnumerable<BufferView> Reads =>
        [.. Body.SelectMany(command => command.Reads), .. Freeze.SelectMany(copy => copy.Reads),
            .. Lengths is null ? (BufferView[])[] : [Lengths], .. Chunked.SelectMany(product => product.Product.Reads)];

    public override IEnumerable<BufferView> Writes =>
        [.. Body.SelectMany(command => command.Writes), .. Freeze.SelectMany(copy => copy.Writes), .. Yields,
            .. Chunked.SelectMany(product => product.Product.Writes)];

    public override string Describe =>
        $"loop of {Quantity.Of(Steps, "step")}{(Scan.Reverse ? ", backwards" : "")}, {Quantity.Of(Body.Length, "instruction")} a step";

    public override string Text =>
        $"scan {Steps}{(Scan.Reverse ? " reverse" : "")}{(Lengths is null ? "" : " lengths")}{(IsRowIndependent ? " by-row" : "")}";
}

/// <summary>Limits of chunking. A product of fewer bytes stays in the last-level cache without chunks; a chunk has so many rows
/// that its product is efficient.</summary>
public sealed record ChunkLimits(long LeastBytes, int LeastRows)
{
    public static ChunkLimits Usual { get; } = new(8 << 20, 256);
}
