using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>
/// Zoneout (Krueger et al. 2017, arXiv:1606.01305, section 3): s' = z ⊙ s + (1 − z) ⊙ new. Uses of the new state within the step read it
/// without zoneout. States with one <see cref="LogScale"/> m have one mask, and the equation holds for what they stand for:
/// m'' = max(m + ln z, m' + ln(1 − z)), c'' = z ⊙ e^(m − m'') ⊙ c + (1 − z) ⊙ e^(m' − m'') ⊙ c', with ln 1e-30 for ln 0.
/// </summary>
internal sealed class Zoneout
{
    // The least argument of a logarithm: masks are 0 or 1, and no number may be infinite. Its inverse is a float32 too.
    private const double Least = 1e-30;

    private readonly CellDefinition cell;
    private readonly double rate;
    private readonly StepRewrite rewrite;
    private readonly Dictionary<string, int> scales;
    private readonly Dictionary<string, Value> masks = [];
    private readonly Dictionary<int, (Value Kept, Value Taken, Value Next)> scaled = [];

    private Zoneout(CellDefinition cell, double rate)
    {
        (this.cell, this.rate) = (cell, rate);
        rewrite = new StepRewrite(cell);
        var logScale = new LogScale(cell.Step);
        scales = cell.States.ToDictionary(port => port.Name, port => logScale.Of(cell.Step.InputIndex(port.Name)));
    }

    public static CellDefinition Run(CellDefinition cell, double rate, IReadOnlyCollection<string> states)
    {
        var zoneout = new Zoneout(cell, rate);
        foreach (string name in states)
            zoneout.Require(name);
        foreach (Port port in cell.States)
        {
            if ((states.Count == 0 || states.Contains(port.Name)) && !zoneout.IsScale(port.Name))
                zoneout.Mask(port);
        }

        return zoneout.rewrite.Finish(zoneout.Next);
    }

    private bool IsScale(string name) => scales.ContainsValue(cell.Step.InputIndex(name));

    private void Require(string name)
    {
        if (!scales.ContainsKey(name))
            throw new GraphException("RNNJ166",
                $"Cell '{cell.Name}' has no state '{name}' for zoneout (its states are {string.Join(", ", scales.Keys)})");
        if (IsScale(name))
        {
            string[] followers = [.. scales.Where(pair => pair.Value == cell.Step.InputIndex(name)).Select(pair => pair.Key)];
            throw new GraphException("RNNJ166", $"State '{name}' of cell '{cell.Name}' is the logarithm of the scale of "
                + $"{string.Join(", ", followers)} and is kept with them (name {followers[0]} for zoneout)");
        }
    }

    // All states with one scale share the mask of the first one.
    private void Mask(Port port)
    {
        if (masks.ContainsKey(port.Name))
            return;
        Value mask = rewrite.Input(port.Name + "_zone", port.Type, PortRole.Input, MaskPort.Zoneout(port.Name, rate));
        foreach (Port other in cell.States)
        {
            if (other.Name == port.Name || (scales[port.Name] >= 0 && scales[other.Name] == scales[port.Name]))
                masks[other.Name] = mask;
        }
    }

    private Value Next(Output output, Value next)
    {
        if (output.Role != OutputRole.Next)
            return next;
        int state = cell.Step.InputIndex(output.Name);
        if (!masks.TryGetValue(output.Name, out Value? mask))
        {
            string? follower = masks.Keys.FirstOrDefault(name => scales[name] == state);
            return follower is null ? next : Weights(state, masks[follower]).Next;
        }

        if (scales[output.Name] < 0)
            return (mask * rewrite.Get(state)) + ((1 - mask) * next);
        var (kept, taken, _) = Weights(scales[output.Name], mask);
        return (mask * (kept * rewrite.Get(state))) + ((1 - mask) * (taken * next));
    }

    // The factors from the old and the new scale to the scale after zoneout, and that scale.
    private (Value Kept, Value Taken, Value Next) Weights(int scale, Value mask)
    {
        if (scaled.TryGetValue(scale, out var known))
            return known;
        Value old = rewrite.Get(scale), made = rewrite.Get(cell.Step.Outputs.First(
            output => output.Role == OutputRole.Next && output.Name == cell.Step.Inputs[scale].Name).Value);
        Value next = Rnn.Max(old + Rnn.Log(Rnn.Max(mask, Least)), made + Rnn.Log(Rnn.Max(1 - mask, Least)));
        return scaled[scale] = (Rnn.Exp(old - next), Rnn.Exp(made - next), next);
    }
}
