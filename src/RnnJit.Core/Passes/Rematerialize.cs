using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Store or recompute: the adjoint of a scan repeats the forward step; here each repeated value is replaced by one that the forward
/// scan yields, where that is cheaper. Products are never repeated; which elementwise values are stored is a minimum cut between the values
/// that the adjoint has anyway and the values that it reads.
/// </summary>
public static class Rematerialize
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "rematerialize";

    public static Graph Run(Graph program)
    {
        if (program.Nodes.Any(node => node.Op is ScanOp { HasLoops: true }))
        {
            var rebuild = new Rebuild(program);
            program = rebuild.Run((node, operands) => node.Op is ScanOp { HasLoops: true } scan
                ? rebuild.Builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
                : null);
        }

        // Nodes keep their positions, so the pairs found first stay valid.
        foreach (var (forward, adjoint) in Adjoints.Of(program).ToArray())
            program = new KeepPair(program, forward, adjoint).Run();

        return program;
    }
}
