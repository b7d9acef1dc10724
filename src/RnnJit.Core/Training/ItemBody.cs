using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Training;

/// <summary>Bodies of <see cref="ForEachOp"/> as one kernel: arithmetic of numbers alone moves out of the body, where it
/// would be a kernel of its own.</summary>
internal static class ItemBody
{
    /// <summary>Applies a body to items.</summary>
    /// <param name="body">Inputs: numbers, then the tensors of an item.</param>
    /// <param name="numbers">A value for each number.</param>
    /// <param name="tensors">The tensors of all items, item by item.</param>
    /// <returns>The results, item by item.</returns>
    public static Value[] Apply(Graph body, IReadOnlyList<Value> numbers, IEnumerable<Value> tensors)
    {
        Graph simple = Simplify.Run(new ForEachOp(body).Body);
        GraphBuilder program = numbers[0].Builder, builder = new();
        var outside = new Value?[simple.Values.Count];
        for (int i = 0; i < numbers.Count; i++)
            outside[i] = numbers[i];
        bool IsNumber(int value) => simple.Values.Type(value).Rank == 0;
        foreach (int n in Enumerable.Range(0, simple.Nodes.Count).Where(n => IsNumber(simple.Values.FirstResult(n))))
            program.InlineNode(simple, n, outside!);

        // Numbers that tensors meet; constants stay in the body.
        int[] read = [.. simple.Nodes.Where((_, n) => !IsNumber(simple.Values.FirstResult(n))).SelectMany(node => node.Operands)
            .Where(operand => IsNumber(operand) && !IsConstant(simple, operand)).Distinct().OrderBy(value => value)];
        var inside = new Value?[simple.Values.Count];
        foreach (int value in read)
            inside[value] =
                builder.Input(value < simple.Inputs.Count ? simple.Inputs[value].Name : "number" + value, simple.Values.Type(value));
        for (int i = numbers.Count; i < simple.Inputs.Count; i++)
            inside[i] = builder.Input(simple.Inputs[i].Name, simple.Inputs[i].Type);
        for (int n = 0; n < simple.Nodes.Count; n++)
        {
            if (!IsNumber(simple.Values.FirstResult(n)) || simple.Nodes[n].Op is ConstantOp)
                builder.InlineNode(simple, n, inside!);
        }

        Graph item =
            builder.Build(body.Kind, body.Name, simple.Outputs.Select(output => (output.Name, inside[output.Value]!, output.Role)));
        return program.AddMany(new ForEachOp(item), [.. read.Select(value => outside[value]!), .. tensors]);
    }

    private static bool IsConstant(Graph graph, int value) =>
        graph.Values.Node(value) is >= 0 and var node && graph.Nodes[node].Op is ConstantOp;
}
