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
    public static string? Why(ScanOp scan, int depth) => depth + Nesting(scan) is var nesting and > Deepest
        ? $"loops stand {nesting} deep and are planned {Deepest} deep (take a loop or a checkpoint away)"
        : null;

    // Loops in loops: time in blocks has two of them.
    private static int Nesting(ScanOp scan) => 1 + scan.Body.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(Nesting).DefaultIfEmpty(0).Max();
}
