using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Decides on the graph whether a loop is planned or left to the interpreter.</summary>
public static class LoopLegality
{
    /// <summary>The reason for which a loop is left to the interpreter; null where it is planned.</summary>
    /// <param name="depth">How many loops are around it.</param>
    public static string? WhyInterpreted(ScanOp scan, int depth)
    {
        if (InterpretedLoop.Why(scan, depth) is { } nesting)
            return nesting;

        RowIndependence rows = RowIndependence.Of(scan);
        if (Enumerable.Range(0, scan.States).Any(s => scan.IsTable(s) && !Grows(scan, rows, s)))
            return "a table is read after it grew, or is made anew at each step";
        return scan.HasLengths && !rows.TakesRows ? "its rows read each other, so lengths cannot end them one by one" : null;
    }

    // A table becomes itself with rows added: it has one place for all steps.
    private static bool Grows(ScanOp scan, RowIndependence rows, int state)
    {
        Graph body = scan.Body;
        int value = body.Outputs[state].Value;
        while (value >= body.Inputs.Count && rows.IsTable(value))
            value = body.Nodes[body.Values.Node(value)].Operands[0];
        return value == scan.Sequences + state;
    }
}
