using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Orders the rows of the batch by length, the longest first, so that the rows a step runs on are a prefix. Inputs with a batch axis,
/// lengths among them, are permuted, and outputs are permuted back. The nodes between stay the same, because a Program that treats all rows
/// alike does not depend on their order; any other Program is left unchanged.
/// </summary>
public static class SortByLength
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "sort-by-length";

    public static Graph Run(Graph program) => Lengths(program) is { } lengths && RowsAlike.In(program, program.Values.Type(lengths).Dims[0])
        ? new Ordering(program, lengths).Run()
        : program;

    /// <summary>The order that rows of a Program have: its name among the values that come in; null where they stand as they are
    /// given.</summary>
    public static string? By(Graph ordered)
    {
        Node? order = ordered.Nodes.FirstOrDefault(node => node.Op is ArgsortOp);
        return order is null ? null : order.Operands[0] < ordered.Inputs.Count ? ordered.Inputs[order.Operands[0]].Name : "lengths";
    }

    // The lengths that most loops have, of those that come in.
    private static int? Lengths(Graph program) => program.Nodes
        .Select(node => node.Op is ScanOp { HasLengths: true } or BlockLengthsOp ? node.Operands[node.Operands.Count - 1] : -1)
        .Where(value => value >= 0 && ComesIn(program, value)).GroupBy(value => value).OrderByDescending(uses => uses.Count())
            .Select(uses => (int?)uses.Key).FirstOrDefault();

    // True for inputs, and for inputs after a check: a check's message names the row by its number before sorting.
    private static bool ComesIn(Graph program, int value) => program.Values.Node(value) is var maker
        && (maker < 0
            || (program.Nodes[maker].Op is AssertLeOp && program.Nodes[maker].Operands.All(operand => ComesIn(program, operand))));

    private sealed class Ordering
    {
        private readonly GraphBuilder builder = new();
        private readonly Graph program;
        private readonly Dim batch;
        private readonly Value?[] given;
        private readonly Value[] ordered;
        private readonly Value order;

        public Ordering(Graph program, int lengths)
        {
            this.program = program;
            batch = program.Values.Type(lengths).Dims[0];
            given = new Value?[program.Values.Count];
            ordered = new Value[program.Values.Count];
            for (int i = 0; i < program.Inputs.Count; i++)
            {
                Port port = program.Inputs[i];
                given[i] = builder.Input(port.Name, port.Type, port.Role, port.Init);
            }

            order = builder.Label(builder.Add(ArgsortOp.Instance, Given(lengths)), "order");
        }

        public Graph Run()
        {
            for (int n = 0; n < program.Nodes.Count; n++)
            {
                if (ComesIn(program, program.Values.FirstResult(n)))
                    continue;
                foreach (int operand in program.Nodes[n].Operands)
                    Order(operand);
                builder.InlineNode(program, n, ordered);
            }

            Value? inverse = null;
            var outputs = program.Outputs.Select(output => (output.Name, ComesIn(program, output.Value)
                ? Given(output.Value)
                : Take(ordered[output.Value],
                    () => inverse ??= builder.Label(builder.Add(InversePermutationOp.Instance, order), "inverse")), output.Role)).ToArray();
            return builder.Build(program.Kind, program.Name, outputs);
        }

        private void Order(int value)
        {
            if (ordered[value] is not null)
                return;
            ordered[value] = Take(Given(value), () => order);
            if (ordered[value] != given[value] && value < program.Inputs.Count)
                builder.Label(ordered[value], "ordered_" + program.Inputs[value].Name);
        }

        private Value Given(int value)
        {
            if (given[value] is { } known)
                return known;

            Node check = program.Nodes[program.Values.Node(value)];
            return given[value] = builder.Add(check.Op, check.Operands.Select(Given).ToArray());
        }

        private Value Take(Value x, Func<Value> index)
        {
            for (int axis = 0; axis < x.Type.Rank; axis++)
            {
                if (x.Type.Dims[axis] == batch)
                    x = builder.Add(new TakeOp(axis), x, index());
            }

            return x;
        }
    }
}
