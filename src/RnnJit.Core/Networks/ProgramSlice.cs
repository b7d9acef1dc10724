using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>The part of a Program that some of its outputs need.</summary>
public static class ProgramSlice
{
    /// <summary>Keeps the chosen outputs, the nodes and inputs they depend on, and all states; other inputs and nodes are
    /// removed.</summary>
    /// <param name="masks">True: random masks stay inputs; false: they have their values outside training.</param>
    /// <exception cref="GraphException">RNNJ165: no output is left.</exception>
    public static Graph Run(Graph program, Func<Output, bool> keep, bool masks)
    {
        Output[] kept = program.Outputs.Where(keep).ToArray();
        if (kept.Length == 0)
            throw new GraphException("RNNJ165",
                $"None of the outputs {string.Join(", ", program.Outputs.Select(output => $"'{output.Name}'"))} of '{program.Name}' was "
                    + "chosen (choose one)");

        bool[] needed = Needed(program, kept);
        var builder = new GraphBuilder();
        var values = new Value[program.Values.Count];
        for (int i = 0; i < program.Inputs.Count; i++)
        {
            Port port = program.Inputs[i];
            if (!masks && MaskPort.Is(port))
                values[i] = builder.Add(new ConstantOp(MaskPort.Law(port).Outside, port.Type));
            else if (needed[i] || port.Role == PortRole.State)
                values[i] = builder.Input(port.Name, port.Type, port.Role, port.Init);
        }

        for (int n = 0; n < program.Nodes.Count; n++)
        {
            if (needed[program.Values.FirstResult(n)])
                builder.InlineNode(program, n, values);
        }

        return builder.Build(program.Kind, program.Name, kept.Select(output => (output.Name, values[output.Value], output.Role)));
    }

    // A node is marked by its first result.
    private static bool[] Needed(Graph program, Output[] outputs)
    {
        var needed = new bool[program.Values.Count];
        void Mark(int value)
        {
            int node = program.Values.Node(value);
            needed[node < 0 ? value : program.Values.FirstResult(node)] = true;
        }

        foreach (Output output in outputs)
            Mark(output.Value);
        for (int n = program.Nodes.Count - 1; n >= 0; n--)
        {
            if (!needed[program.Values.FirstResult(n)])
                continue;
            foreach (int operand in program.Nodes[n].Operands)
                Mark(operand);
        }

        return needed;
    }
}
