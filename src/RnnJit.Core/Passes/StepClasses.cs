using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>How a value of a scan body changes.</summary>
internal enum StepClass
{
    /// <summary>The same at every step.</summary>
    Invariant,

    /// <summary>Depends on time through sequences only.</summary>
    Sequence,

    /// <summary>Depends on a state.</summary>
    State,
}

internal static class StepClasses
{
    public static StepClass[] Of(Graph body)
    {
        var classes = new StepClass[body.Values.Count];
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            classes[i] = body.Inputs[i].Role switch
            {
                PortRole.State or PortRole.Table => StepClass.State,
                PortRole.Sequence => StepClass.Sequence,
                _ => StepClass.Invariant,
            };
        }

        for (int n = 0; n < body.Nodes.Count; n++)
        {
            StepClass most = body.Nodes[n].Operands.Select(operand => classes[operand]).DefaultIfEmpty(StepClass.Invariant).Max();
            for (int r = 0; r < body.Nodes[n].Results.Count; r++)
                classes[body.Values.FirstResult(n) + r] = most;
        }

        return classes;
    }
}
