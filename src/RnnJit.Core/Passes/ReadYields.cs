using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Removes recomputation between loops: a value of a loop that an earlier loop computes and yields is read from that loop's yielded
/// sequence.
/// </summary>
internal static class ReadYields
{
    public static Graph Run(Graph program)
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inputs(program);
        var steps = new Dictionary<int, RepeatedStep>();
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            Dictionary<int, int> read = program.Nodes[n].Op is ScanOp { HasLoops: false } ? Repeated(program, steps, n) : [];
            if (read.Count == 0)
                builder.InlineNode(program, n, values);
            else
                AddLoop(builder, program, n, read, values);
        }

        return builder.Build(program.Kind, program.Name,
            program.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }

    // Map from a value of the loop's body to the Program's sequence with the same values.
    private static Dictionary<int, int> Repeated(Graph program, Dictionary<int, RepeatedStep> steps, int loop)
    {
        var read = new Dictionary<int, int>();
        foreach (int earlier in steps.Keys.Where(earlier => SameRows(program, earlier, loop)))
        {
            var scan = (ScanOp)program.Nodes[earlier].Op;
            int first = program.Values.FirstResult(earlier);
            var yields = new Dictionary<int, int>();
            for (int o = scan.States + scan.Yields - 1; o >= scan.States; o--)
                yields[scan.Body.Outputs[o].Value] = o;
            foreach (var pair in steps[earlier].In(loop, read))
            {
                if (yields.TryGetValue(pair.Value, out int yield) && pair.Key >= ((ScanOp)program.Nodes[loop].Op).Body.Inputs.Count)
                    read[pair.Key] = first + yield;
            }
        }

        steps[loop] = new RepeatedStep(program, loop);
        return read;
    }

    // True if both scans have the same time symbol and lengths; the direction does not matter, since a step reads the yield of its own time
    // step.
    private static bool SameRows(Graph program, int earlier, int later)
    {
        ScanOp first = (ScanOp)program.Nodes[earlier].Op, second = (ScanOp)program.Nodes[later].Op;
        return first.Time == second.Time && first.HasLengths == second.HasLengths
            && (!first.HasLengths || Lengths(program.Nodes[earlier]) == Lengths(program.Nodes[later]));
    }

    private static int Lengths(Node node) => node.Operands[node.Operands.Count - 1];

    private static void AddLoop(GraphBuilder builder, Graph program, int n, Dictionary<int, int> read, Value[] values)
    {
        var scan = (ScanOp)program.Nodes[n].Op;
        Graph body = scan.Body;
        Value[] operands = program.Nodes[n].Operands.Select(operand => values[operand]).ToArray();
        var step = new GraphBuilder();
        var inner = new Value[body.Values.Count];
        var ports = new Dictionary<int, Value>();
        var names = new FreshNames(body.Inputs.Select(port => port.Name));
        Dictionary<int, int> sources = read.GroupBy(pair => pair.Value).ToDictionary(same => same.Key, same => same.First().Key);
        int[] sequences = sources.Keys.OrderBy(value => value).ToArray();
        for (int i = 0; i <= body.Inputs.Count; i++)
        {
            if (i == scan.Sequences)
            {
                foreach (int sequence in sequences)
                {
                    string wish = program.LocalNames.TryGetValue(sequence, out string? local) ? local : "read";
                    ports[sequence] = step.Input(names.Of(wish), scan.Body.Values.Type(sources[sequence]), PortRole.Sequence);
                }
            }

            if (i < body.Inputs.Count)
                inner[i] = step.Input(body.Inputs[i].Name, body.Inputs[i].Type, body.Inputs[i].Role);
        }

        for (int m = 0; m < body.Nodes.Count; m++)
        {
            int result = body.Values.FirstResult(m);
            if (read.TryGetValue(result, out int sequence))
                inner[result] = ports[sequence];
            else
                step.InlineNode(body, m, inner);
        }

        Graph loop = step.Build("body", "step", body.Outputs.Select(output => (output.Name, inner[output.Value], output.Role)));
        Value[] results = builder.AddMany(
            new ScanOp(loop, scan.Time, scan.Reverse, scan.HasLengths),
            operands.Take(scan.Sequences).Concat(sequences.Select(sequence => values[sequence])).Concat(operands.Skip(scan.Sequences))
                .ToArray());
        for (int r = 0; r < results.Length; r++)
        {
            int old = program.Values.FirstResult(n) + r;
            values[old] = program.LocalNames.TryGetValue(old, out string? name) ? builder.Label(results[r], name) : results[r];
        }
    }
}
