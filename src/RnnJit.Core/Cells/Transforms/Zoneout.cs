using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>Zoneout (Krueger et al. 2017, arXiv:1606.01305, section 3): s' = m ⊙ s + (1 − m) ⊙ new. Uses of the new state within the step
/// read it without zoneout.</summary>
internal static class Zoneout
{
    public static CellDefinition Run(CellDefinition cell, double rate, IReadOnlyCollection<string> states)
    {
        Port[] ports = cell.States.ToArray();
        if (states.FirstOrDefault(name => ports.All(port => port.Name != name)) is { } unknown)
            throw new GraphException("RNNJ166",
                $"Cell '{cell.Name}' has no state '{unknown}' for zoneout "
                    + $"(its states are {string.Join(", ", ports.Select(port => port.Name))})");

        var rewrite = new StepRewrite(cell);
        var masks = ports.Where(port => states.Count == 0 || states.Contains(port.Name))
            .ToDictionary(port => port.Name,
                port => rewrite.Input(port.Name + "_zone", port.Type, PortRole.Input, MaskPort.Zoneout(port.Name, rate)));
        return rewrite.Finish((output, next) =>
        {
            if (output.Role != OutputRole.Next || !masks.TryGetValue(output.Name, out Value? mask))
                return next;

            Value old = rewrite.Get(cell.Step.InputIndex(output.Name));
            return (mask * old) + ((1 - mask) * next);
        });
    }
}
