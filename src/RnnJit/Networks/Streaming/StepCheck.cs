using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>Check that steps whose states are carried give what one run over all of them gives.</summary>
internal static class StepCheck
{
    /// <summary>The inputs of a Program besides its first one, parameters and states apart.</summary>
    public static IEnumerable<Port> Others(Graph program) =>
        program.Inputs.Where(port => port.Role is not (PortRole.Parameter or PortRole.State)).Skip(1);

    /// <param name="lengths">Rows may have lengths, which the caller gives for each part of a sequence.</param>
    /// <exception cref="GraphException">RNNJ195: they do not.</exception>
    public static void Run(Graph program, bool lengths)
    {
        Graph results = ProgramSlice.Run(program, output => output.Role != OutputRole.Next, masks: false);
        StreamCheck.Run(results, lengths);
        foreach (Node node in results.Nodes)
        {
            if (node.Op is not ScanOp scan || scan.Time != StreamCheck.Time)
                continue;
            for (int state = 0; state < scan.States; state++)
            {
                int start = node.Operands[scan.Sequences + state];
                if (start >= results.Inputs.Count || results.Inputs[start].Role != PortRole.State)
                    throw new GraphException("RNNJ195",
                        $"'{program.Name}' cannot be run step by step here: a layer begins with values of its own, such as trained ones, "
                            + "which each step would begin with again (use StreamingModel, or Run over the whole sequence)");
            }
        }
    }
}
