using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <content>The kernel of a group of nodes.</content>
internal sealed partial class FusionGroups
{
    private ScheduledKernel Kernel(Group group)
    {
        Dim columns = group.Domain.Columns ?? Dim.Of(1);
        var domain = group.Domain with { Columns = columns };
        var builder = new GraphBuilder();
        var values = new Dictionary<int, Value>();
        int[] inputs = group.Nodes.SelectMany(n => graph.Nodes[n].Operands).Distinct()
            .Where(operand => graph.Values.Node(operand) is var maker && (maker < 0 || groupOf[maker] != group) && !IsScalar(operand))
                .ToArray();
        for (int i = 0; i < inputs.Length; i++)
        {
            values[inputs[i]] = builder.Input("a" + i, domain.Place(graph.Values.Type(inputs[i]))!);
            Name(builder, values[inputs[i]], inputs[i]);
        }

        foreach (int n in group.Nodes)
        {
            Value[] operands = graph.Nodes[n].Operands.Select(operand => Read(builder, values, operand)).ToArray();
            int result = graph.Values.FirstResult(n);
            values[result] = builder.Add(InKernel(graph.Nodes[n].Op), operands);
            Name(builder, values[result], result);
        }

        int[] outputs = group.Nodes.Select(n => graph.Values.FirstResult(n))
            .Where(value => results.Contains(value) || users[value].Any(user => groupOf[user] != group)).ToArray();
        Graph kernel = builder.Build("kernel", "fused", outputs.Select((value, i) => ("r" + i, values[value], OutputRole.Result)));
        return new ScheduledKernel(kernel, inputs.ToEquatable(), outputs.ToEquatable(), domain.Rows, columns, group.Nodes.Count)
        {
            IsFull = group.IsFull,
        };
    }

    private Value Read(GraphBuilder builder, Dictionary<int, Value> values, int operand) => values.TryGetValue(operand, out Value? value)
        ? value
        : builder.Constant(((ConstantOp)graph.Nodes[graph.Values.Node(operand)].Op).Value);

    private static Op InKernel(Op op) => op switch
    {
        SumOp => new SumOp([1]),
        MaxReduceOp => new MaxReduceOp([1]),
        MarkOp mark => mark.Over("N", ElementType.F32),
        _ => op,
    };

    private void Name(GraphBuilder builder, Value inner, int value)
    {
        if (value < graph.Inputs.Count)
            builder.Label(inner, graph.Inputs[value].Name);
        else if (graph.LocalNames.TryGetValue(value, out string? name))
            builder.Label(inner, name);
    }
}
