using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Cells;

/// <summary>
/// Loop-invariant parts of a cell's step: values made of trained tensors alone, such as a normalised weight. They are computed once, before
/// the loop; their gradients are computed once, after the loop of the derivative.
/// </summary>
internal sealed class BeforeLoop
{
    private readonly Graph step;

    // Reads no data.
    private readonly bool[] isFixed;

    // Reads a trained tensor and no data.
    private readonly bool[] moves;

    // By value: true if a node that stays in the loop reads it; true if any node does.
    private readonly bool[] isReadInside;
    private readonly bool[] isRead;

    public BeforeLoop(Graph step, Dim batch)
    {
        this.step = step;
        isFixed = new bool[step.Values.Count];
        moves = new bool[step.Nodes.Count];
        for (int i = 0; i < step.Inputs.Count; i++)
            isFixed[i] = step.Inputs[i].Role == PortRole.Parameter
                || (step.Inputs[i].Role == PortRole.PerSequence && !step.Inputs[i].Type.Dims.Contains(batch));
        for (int node = 0; node < step.Nodes.Count; node++)
        {
            // With lengths the extent of the batch changes from step to step.
            Node copied = step.Nodes[node];
            bool free = copied.Operands.All(operand => isFixed[operand]) && !(copied.Op is ExtentOp extent && extent.Dim == batch)
                && copied.Results.Count == 1;
            isFixed[step.Values.FirstResult(node)] = free;
            moves[node] = free && copied.Operands.Any(operand => step.Values.Node(operand) is int maker && (maker < 0 || moves[maker]));
        }

        (isReadInside, isRead) = (new bool[step.Values.Count], new bool[step.Values.Count]);
        for (int node = 0; node < step.Nodes.Count; node++)
        {
            foreach (int operand in step.Nodes[node].Operands)
                (isReadInside[operand], isRead[operand]) = (isReadInside[operand] || !moves[node], true);
        }

        foreach (Output output in step.Outputs)
            isReadInside[output.Value] = true;
    }

    /// <summary>
    /// True where the loop body takes an input: a state, a step input, one read by a node that stays in the loop, or one that no node
    /// reads.
    /// </summary>
    public bool IsReadInside(int input) => step.Inputs[input].Role is PortRole.Input or PortRole.State
        || !isRead[input] || isReadInside[input];

    /// <summary>Copies the step's nodes: hoisted nodes into the Program, the others into the loop's body.</summary>
    /// <param name="operands">Receives what the body captures besides the arguments.</param>
    /// <returns>The values of the body by number.</returns>
    public Value[] Inline(GraphBuilder program, Value[] inputs, GraphBuilder body, Value[] arguments, List<Value> operands)
    {
        Value[] outside = new Value[step.Values.Count], inside = new Value[step.Values.Count];
        Array.Copy(inputs, outside, inputs.Length);
        Array.Copy(arguments, inside, arguments.Length);
        for (int node = 0; node < step.Nodes.Count; node++)
        {
            if (moves[node])
                Move(node, program, outside, body, inside, operands);
        }

        for (int node = 0; node < step.Nodes.Count; node++)
        {
            if (!moves[node])
                body.InlineNode(step, node, inside);
        }

        return inside;
    }

    private void Move(int node, GraphBuilder program, Value[] outside, GraphBuilder body, Value[] inside, List<Value> operands)
    {
        Outside(node, program, outside);
        int value = step.Values.FirstResult(node);
        if (!isReadInside[value])
            return;

        string name = "fixed" + value;
        while (step.InputIndex(name) >= 0)
            name += "_";
        inside[value] = body.Input(name, step.Values.Type(value), PortRole.Constant);
        operands.Add(outside[value]);
    }

    private void Outside(int node, GraphBuilder program, Value[] outside) => PostOrder.Run(
        step.Values.FirstResult(node),
        value => outside[value] is not null,
        value => step.Nodes[step.Values.Node(value)].Operands,
        value => program.InlineNode(step, step.Values.Node(value), outside));
}
