using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>Every comparison that a program makes, as outputs 0 or 1, and every integer to which it rounds: between two points with the
/// same switches no kink and no jump of the program lies.</summary>
internal static class Switches
{
    /// <summary>The program with the one output named, and an output for each comparison at each step.</summary>
    public static Graph Expose(Graph program, string scalar)
    {
        var builder = new GraphBuilder();
        Value[] inputs = builder.Inputs(program);
        var switches = new List<Value>();
        Value[] values = Copy(builder, program, inputs, switches);
        Output output = program.Outputs[program.OutputIndex(scalar)];
        return builder.Build("program", program.Name,
            [(scalar, values[output.Value], OutputRole.Result), .. Outputs(switches, OutputRole.Result)]);
    }

    private static Value[] Copy(GraphBuilder builder, Graph graph, Value[] inputs, List<Value> switches)
    {
        var values = new Value[graph.Values.Count];
        inputs.CopyTo(values, 0);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            Value[] operands = node.Operands.Select(operand => values[operand]).ToArray();
            if (node.Op is ScanOp scan)
            {
                CopyScan(builder, scan, operands, switches).CopyTo(values, graph.Values.FirstResult(n));
                continue;
            }

            builder.InlineNode(graph, n, values);
            if (Of(node.Op, operands, values[graph.Values.FirstResult(n)]) is { } found)
                switches.Add(found);
        }

        return values;
    }

    // The comparisons of a body are yielded at each step, after its own yields.
    private static Value[] CopyScan(GraphBuilder builder, ScanOp scan, Value[] operands, List<Value> switches)
    {
        var body = new GraphBuilder();
        Value[] inputs = body.Inputs(scan.Body);
        var inner = new List<Value>();
        Value[] values = Copy(body, scan.Body, inputs, inner);
        int at = scan.States + scan.Yields;
        var outputs = scan.Body.Outputs.Select(output => (output.Name, values[output.Value], output.Role)).ToList();
        outputs.InsertRange(at, Outputs(inner, OutputRole.Yield));
        Value[] results =
            builder.AddMany(new ScanOp(body.Build("body", "step", outputs), scan.Time, scan.Reverse, scan.HasLengths), operands);
        switches.AddRange(results.Skip(at).Take(inner.Count));
        return [.. results.Take(at), .. results.Skip(at + inner.Count)];
    }

    private static Value? Of(Op op, Value[] x, Value y) => op switch
    {
        ReluOp or AbsOp => Rnn.Less(0, x[0]),
        MaxOp or MinOp => Rnn.Less(x[0], x[1]),
        MaxReduceOp => Rnn.Equal(x[0], y),
        LessOp or LessEqualOp or EqualOp or FloorOp => y,
        _ => null,
    };

    private static IEnumerable<(string, Value, OutputRole)> Outputs(IEnumerable<Value> switches, OutputRole role) =>
        switches.Select((value, i) => ("switch" + i, value, role));
}
