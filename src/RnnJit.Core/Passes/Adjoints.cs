using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Pairs of a forward scan and its adjoint, whose loop may repeat the forward step: the adjoint reads the scan's yields, or its
/// tables, in the other direction.</summary>
internal static class Adjoints
{
    public static IEnumerable<(int Forward, int Adjoint)> Of(Graph program)
    {
        for (int a = 0; a < program.Nodes.Count; a++)
        {
            if (program.Nodes[a].Op is not ScanOp { HasLoops: false } adjoint)
                continue;
            for (int f = 0; f < a; f++)
            {
                if (program.Nodes[f].Op is not ScanOp { HasLoops: false } forward || forward.Time != adjoint.Time
                    || forward.Reverse == adjoint.Reverse || !HaveSameRows(program.Nodes[f], program.Nodes[a]))
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

    // Past the end of a row the forward scan's yields are 0, while a repeated step would compute values from the sequences.
    private static bool HaveSameRows(Node forward, Node adjoint)
    {
        bool hasLengths = ((ScanOp)forward.Op).HasLengths;
        return hasLengths == ((ScanOp)adjoint.Op).HasLengths
            && (!hasLengths || forward.Operands[forward.Operands.Count - 1] == adjoint.Operands[adjoint.Operands.Count - 1]);
    }
}
