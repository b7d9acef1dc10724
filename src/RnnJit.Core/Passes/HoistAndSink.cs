using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Takes work out of loops over time: contractions that depend on no state are hoisted, as one product over all steps; contractions on
/// which no state depends are sunk after the loop; loop-invariant values are computed once; sums over time become reductions of yielded
/// sequences.
/// </summary>
public static class HoistAndSink
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "hoist-and-sink";

    public static Graph Run(Graph program)
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inputs(program);
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            Node node = program.Nodes[n];
            if (node.Op is not ScanOp scan)
            {
                builder.InlineNode(program, n, values);
                continue;
            }

            // A block of time stays one: its work leaves its own loops only.
            Value[] operands = node.Operands.Select(operand => values[operand]).ToArray();
            Value[] results = scan.HasLoops
                ? builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
                : new ScanDistribution(builder, scan, operands, node.Operands.Select(operand => IsOfLoop(program, operand)).ToArray())
                    .Run();
            int first = program.Values.FirstResult(n);
            for (int r = 0; r < results.Length; r++)
            {
                values[first + r] = results[r];
                if (program.LocalNames.TryGetValue(first + r, out string? name))
                    builder.Label(results[r], name);
            }
        }

        return builder.Build(program.Kind, program.Name,
            program.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }

    private static bool IsOfLoop(Graph program, int value) =>
        program.Values.Node(value) is int maker and >= 0 && program.Nodes[maker].Op is ScanOp;
}
