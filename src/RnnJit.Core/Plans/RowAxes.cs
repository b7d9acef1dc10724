using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>
/// Dataflow analysis of the batch axis of each value of a step: an element at index r of that axis depends only on row r of the step's
/// inputs. An axis that merely has the batch's extent does not count.
/// </summary>
internal sealed class RowAxes
{
    /// <summary>The value is the same for every row.</summary>
    public const int None = -1;

    /// <summary>The value is made of several rows, or lies in no single axis.</summary>
    public const int Mixed = -2;

    private readonly Graph body;
    private readonly Dim? batch;
    private readonly int[] axes;

    private RowAxes(Graph body, Dim? batch) => (this.body, this.batch, axes) = (body, batch, new int[body.Values.Count]);

    public int this[int value] => axes[value];

    public static RowAxes Of(Graph body, Dim? batch)
    {
        var rows = new RowAxes(body, batch);
        for (int i = 0; i < body.Inputs.Count; i++)
            rows.axes[i] = rows.OfInput(body.Inputs[i]);
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            int axis = rows.OfNode(body.Nodes[n]), first = body.Values.FirstResult(n);
            for (int r = 0; r < body.Nodes[n].Results.Count; r++)
                rows.axes[first + r] = rows.Checked(axis, body.Nodes[n].Results[r]);
        }

        return rows;
    }

    // A sequence without the batch is the same for all rows; a state without it is made by all of them. Tables only grow, so any later
    // one serves a row as well.
    private int OfInput(Port port)
    {
        bool begins = port.Type.Rank > 0 && port.Type.Dims[0] == batch;
        return begins && port.Role is PortRole.State or PortRole.Sequence ? 0 : port.Role == PortRole.State ? Mixed : None;
    }

    private int Checked(int axis, TensorType type) => axis < 0 || (axis < type.Rank && type.Dims[axis] == batch) ? axis : Mixed;

    private int OfNode(Node node)
    {
        if (node.Op.Family == OpFamily.Leaf)
            return None;
        int x = axes[node.Operands[0]];
        return node.Op switch
        {
            SliceOp slice => slice.Axis == x ? Mixed : x,
            TransposeOp transpose => x < 0 ? x : Array.IndexOf(transpose.Order.ToArray(), x),
            ReshapeOp => x < 0 ? x : Reshaped(body.Values.Type(node.Operands[0]), x, node.Results[0]),
            ConcatOp concat => Aligned(node) is var axis && axis == concat.Axis ? Mixed : axis,
            ReductionOp reduction => x >= 0 && reduction.Axes.Contains(x) ? Mixed : x,
            ArgMaxOp => x == body.Values.Type(node.Operands[0]).Rank - 1 ? Mixed : x,
            ContractOp contract => Contracted(contract, x, axes[node.Operands[1]]),
            MarkOp => x,
            GatherOp => x == None ? axes[node.Operands[1]] : Mixed,
            ScatterAddOp or AccumulateOp => x,
            BroadcastOp or AssertLeOp or ElementwiseOp => Aligned(node),
            _ => Mixed,
        };
    }

    // Operands meet aligned from the right.
    private int Aligned(Node node)
    {
        int joint = None, rank = node.Results[0].Rank;
        foreach (int operand in node.Operands)
        {
            int axis = axes[operand] < 0 ? axes[operand] : axes[operand] + rank - body.Values.Type(operand).Rank;
            joint = Meet(joint, axis);
        }

        return joint;
    }

    private static int Meet(int a, int b) => a == None ? b : b == None || a == b ? a : Mixed;

    // The label of the rows stays, and the other operand has it on its rows or not at all.
    private static int Contracted(ContractOp op, int left, int right)
    {
        if (left == Mixed || right == Mixed)
            return Mixed;
        if (left == None && right == None)
            return None;
        char label = left >= 0 ? op.Left[left] : op.Right[right];
        bool meets = (left < 0 || right < 0 || op.Right[right] == label) && op.Result.Contains(label);
        return meets ? op.Result.IndexOf(label) : Mixed;
    }

    // The axis of the reshaped type with as many elements before it, ignoring extents of 1.
    private static int Reshaped(TensorType from, int axis, TensorType to)
    {
        Dim[] before = [.. from.Dims.Take(axis).Where(dim => !dim.IsOne)];
        for (int j = 0; j < to.Rank; j++)
        {
            if (to.Dims[j] == from.Dims[axis] && to.Dims.Take(j).Where(dim => !dim.IsOne).SequenceEqual(before))
                return j;
        }

        return Mixed;
    }
}
