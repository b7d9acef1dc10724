using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The loop dependence of a scan body's value: on nothing, on time, or on a state.</summary>
internal enum StepClass
{
    /// <summary>The same at every step.</summary>
    Invariant,

    /// <summary>Depends on time through sequences, or lengths, only.</summary>
    Sequence,

    /// <summary>Depends on a state.</summary>
    State,
}

internal static class StepClasses
{
    /// <summary>The class of each value in a loop. With lengths, a value computed from all running rows is not invariant.</summary>
    public static StepClass[] Of(ScanOp scan) => Of(scan.Body, new RunningRows(scan).Meet);

    public static StepClass[] Of(Graph body) => Of(body, _ => false);

    private static StepClass[] Of(Graph body, Func<int, bool> changes)
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
            for (int v = body.Values.FirstResult(n), end = v + body.Nodes[n].Results.Count; v < end; v++)
                classes[v] = most == StepClass.Invariant && changes(v) ? StepClass.Sequence : most;
        }

        return classes;
    }
}
