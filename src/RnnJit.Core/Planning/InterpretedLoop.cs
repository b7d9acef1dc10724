using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>Loops that the planner leaves to the interpreter.</summary>
public static class InterpretedLoop
{
    /// <summary>How much slower an interpreted loop is: it reaches 0.3 % of the machine's limit, a compiled one about 30 %.</summary>
    public const string Factor = "about 100 times slower";

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

    // Loops in loops: time in blocks has two of them.
    private static int Nesting(ScanOp scan) => 1 + scan.Body.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(Nesting).DefaultIfEmpty(0).Max();
}
