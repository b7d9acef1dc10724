using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Store or recompute: the adjoint of a scan repeats the forward step; here each repeated value is replaced by one that the forward scan yields, where that is
/// cheaper. Products are never repeated; which elementwise values are stored is a minimum cut between what is at hand and what the adjoint reads.
/// </summary>
public static class Keep
{
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
        foreach (var (forward, adjoint) in FindPairs(program).ToArray())
            program = new KeepPair(program, forward, adjoint).Run();

        return program;
    }

    // An adjoint reads what a forward scan yields or its tables, in the other direction.
    private static IEnumerable<(int Forward, int Adjoint)> FindPairs(Graph program)
    {
        for (int a = 0; a < program.Nodes.Count; a++)
        {
            if (program.Nodes[a].Op is not ScanOp { HasLoops: false } adjoint)
                continue;
            for (int f = 0; f < a; f++)
            {
                if (program.Nodes[f].Op is not ScanOp { HasLoops: false } forward || forward.Time != adjoint.Time || forward.Reverse == adjoint.Reverse || forward.HasLengths != adjoint.HasLengths)
                    continue;
                int first = program.Values.FirstResult(f) + forward.States;
                var yields = Enumerable.Range(first, forward.Yields);
                var tables = Enumerable.Range(0, forward.States).Where(forward.IsTable).Select(s => program.Values.FirstResult(f) + s);
                if (program.Nodes[a].Operands.Take(adjoint.Sequences).Any(operand => yields.Contains(operand))
                    || program.Nodes[a].Operands.Skip(adjoint.Sequences + adjoint.States).Intersect(tables).Any())
                    yield return (f, a);
            }
        }
    }
}
