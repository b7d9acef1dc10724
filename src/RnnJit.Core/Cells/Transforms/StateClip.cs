using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>Clips new states for all who read them: c' = min(max(f ⊙ c + i ⊙ g, −bound), bound), h' = o ⊙ tanh c'.</summary>
internal static class StateClip
{
    public static CellDefinition Run(CellDefinition cell, double bound, IReadOnlyCollection<string> states)
    {
        if (states.FirstOrDefault(name => cell.States.All(port => port.Name != name)) is { } unknown)
            throw new GraphException("RNNJ166",
                $"Cell '{cell.Name}' has no state '{unknown}' to clip "
                    + $"(its states are {string.Join(", ", cell.States.Select(port => port.Name))})");
        if (!(bound > 0))
            throw new GraphException("RNNJ166",
                $"The bound of the states of cell '{cell.Name}' is {bound.ToString(System.Globalization.CultureInfo.InvariantCulture)}, "
                    + "wanted a positive number (3 is usual)");

        var rewrite = new StepRewrite(cell);
        var clipped = new HashSet<int>(
            cell.Step.Outputs.Where(output => output.Role == OutputRole.Next && (states.Count == 0 || states.Contains(output.Name)))
                .Select(output => cell.Step.Values.Node(output.Value)));
        rewrite.Replace = node => clipped.Contains(node) ? Rnn.Max(Rnn.Min(rewrite.Copy(node)[0], bound), -bound) : null;
        return rewrite.Finish();
    }
}
