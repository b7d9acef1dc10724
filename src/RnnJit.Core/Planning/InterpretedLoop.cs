using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>Loops that the planner leaves to the interpreter.</summary>
public static class InterpretedLoop
{
    /// <summary>How much slower an interpreted loop is; the more arithmetic a step has, the more.</summary>
    public const string Factor = "tens to hundreds of times slower";

    private const int Deepest = 2;

    /// <summary>What keeps a loop from being planned, known from the graph alone; null if nothing does.</summary>
    /// <param name="depth">How many loops are around it.</param>
    public static string? Why(ScanOp scan, int depth)
    {
        if (depth + Nesting(scan) is var nesting and > Deepest)
            return $"loops stand {nesting} deep and are planned {Deepest} deep (take a loop or a checkpoint away)";
        return scan.Body.Nodes.FirstOrDefault(node => node.Op is ScatterOp) is { } scatter
            ? $"its step has the op '{scatter.Op.Name}' (gather from a constant or a table, or move it out of the step)"
            : null;
    }

    /// <summary>Ops of a planned loop that the interpreter runs at every step: additions of rows to what is no table. Other obstacles depend on sizes.</summary>
    public static IEnumerable<Op> Ops(ScanOp scan) =>
        scan.Body.Nodes.Where(node => node.Op is ScatterAddOp && !IsTable(scan, node.Operands[0])).Select(node => node.Op);

    // A table, or one that grew.
    private static bool IsTable(ScanOp scan, int value)
    {
        Graph body = scan.Body;
        while (value >= body.Inputs.Count && body.Nodes[body.Values.Node(value)] is { Op: ScatterAddOp or OntoOp } grown)
            value = grown.Operands[0];
        return value >= scan.Sequences && value < scan.Sequences + scan.States && scan.IsTable(value - scan.Sequences);
    }

    // Loops in loops: time in blocks has two of them.
    private static int Nesting(ScanOp scan) => 1 + scan.Body.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(Nesting).DefaultIfEmpty(0).Max();
}
