using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Strongly connected components of the state dependency become loops of their own where that lets a product leave a loop: two layers
/// written as one step become two loops, and the second one's input product is one product over all steps. Each loop costs its own pass
/// over memory, so states stay together where nothing but elementwise work leads from one to the other.
/// </summary>
public static class LoopFission
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "loop-fission";

    public static Graph Run(Graph program)
    {
        bool splits = program.Nodes.Any(node => node.Op is ScanOp { HasLoops: false } scan && SplitLevels.Of(scan) is not null);
        if (!splits && !program.Nodes.Any(node => node.Op is ScanOp { HasLoops: true }))
            return program;

        // A sum of terms of several loops is several sums.
        Graph apart = splits ? SumsOverTime.Run(program) : program;
        var rebuild = new Rebuild(apart);
        Graph result = rebuild.Run((node, operands) => node.Op switch
        {
            // A block of time stays one: the loops in it are split.
            ScanOp { HasLoops: true } block =>
                rebuild.Builder.AddMany(new ScanOp(Run(block.Body), block.Time, block.Reverse, block.HasLengths), operands),
            ScanOp scan when SplitLevels.Of(scan) is { } levels => Apart(rebuild.Builder, scan, levels, operands),
            _ => null,
        });
        return splits ? ReadYields.Run(result) : result;
    }

    private static Value[] Apart(GraphBuilder builder, ScanOp scan, SplitLevels levels, Value[] operands)
    {
        var grouped = new ScanOp(GroupedTerms.Run(scan.Body, levels.GroupOf), scan.Time, scan.Reverse, scan.HasLengths);
        return new ScanSplit(builder, grouped, operands, SplitLevels.Of(grouped)!).Run();
    }
}
