using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>
/// Decided on the graph: whether a loop is planned or left to the interpreter, and whether its rows run apart from each other.
/// </summary>
/// <param name="Interpreted">The reason for which the loop is left to the interpreter; null where it is planned.</param>
public sealed record LoopLegality(string? Interpreted, RowIndependence Rows)
{
    /// <param name="depth">How many loops are around it.</param>
    /// <param name="deepest">How deep the target plans loops in loops.</param>
    public static LoopLegality Of(ScanOp scan, int depth, int deepest)
    {
        RowIndependence rows = RowIndependence.Of(scan);
        return new LoopLegality(OfDepth(scan, depth, deepest) ?? OfTables(scan, rows) ?? OfLengths(scan, rows), rows);
    }

    private static string? OfDepth(ScanOp scan, int depth, int deepest) => depth + Nesting(scan) is var nesting && nesting > deepest
        ? $"loops stand {nesting} deep and are planned {deepest} deep (take a loop or a checkpoint away)"
        : null;

    // Loops in loops: time in blocks has two of them.
    private static int Nesting(ScanOp scan) =>
        1 + scan.Body.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(Nesting).DefaultIfEmpty(0).Max();

    // A table becomes itself with rows added: it has one place for all steps.
    private static string? OfTables(ScanOp scan, RowIndependence rows) =>
        Enumerable.Range(0, scan.States).All(s => !scan.IsTable(s) || Grows(scan, rows, s))
            ? null
            : "a table is read after it grew, or is made anew at each step";

    // By definition a step runs with as many rows as have not ended; a compiled one runs with all of them and leaves some out.
    private static string? OfLengths(ScanOp scan, RowIndependence rows)
    {
        if (!scan.HasLengths)
            return null;

        Dim batch = Dim.Symbol(scan.BatchSymbol());
        if (scan.Body.Nodes.Any(node => node.Op is ExtentOp extent && extent.Dim.Terms.Any(term => term.Symbol == scan.BatchSymbol())))
            return $"a step reads the extent of {batch}, which is less as rows end";
        if (Enumerable.Range(0, scan.Body.Values.Count).Any(value => scan.Body.Values.Type(value).Dims.Skip(1).Any(dim => dim == batch)))
            return $"a step pairs rows of {batch}, and both rows of a pair end";
        return rows.TakesRows ? null
            : rows.Undivided is { } op ? $"'{op}' has no command for some rows of a step alone, so lengths cannot end them one by one"
            : "its rows read each other, so lengths cannot end them one by one";
    }

    private static bool Grows(ScanOp scan, RowIndependence rows, int state)
    {
        int value = scan.Body.Outputs[state].Value;
        while (value >= scan.Body.Inputs.Count && rows.IsTable(value))
            value = scan.Body.Nodes[scan.Body.Values.Node(value)].Operands[0];
        return value == scan.Sequences + state;
    }
}
