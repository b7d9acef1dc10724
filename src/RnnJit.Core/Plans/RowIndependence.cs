using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>
/// Analysis of a step's graph: finds the nodes that can be computed for a range of batch rows alone. No row may read another one
/// (<see cref="RowAxes"/>), and the batch must be the first axis of all values that the node's command reads and writes, so that a range of
/// rows is a range of the command.
/// </summary>
public sealed class RowIndependence
{
    private readonly Graph body;
    private readonly Dim? batch;
    private readonly RowAxes axes;
    private readonly bool[] byRow;

    private RowIndependence(Graph body, Dim? batch)
    {
        (this.body, this.batch, axes) = (body, batch, RowAxes.Of(body, batch));
        byRow = new bool[body.Nodes.Count];
    }

    public static RowIndependence Of(ScanOp scan)
    {
        var rows = new RowIndependence(scan.Body, BatchOf(scan));
        for (int n = 0; n < rows.byRow.Length; n++)
            rows.byRow[n] = rows.FindByRow(n);
        bool outputs = rows.OutputsAreRows;
        rows.Holds = outputs && rows.byRow.All(found => found);
        int[] whole = [.. Enumerable.Range(0, rows.byRow.Length).Where(n => !rows.byRow[n] && !rows.AddsRowsToTable(n))];
        rows.TakesRows = outputs && whole.Length == 0;
        rows.Undivided =
            whole.Length > 0 && whole.All(n => rows.axes[rows.body.Values.FirstResult(n)] >= 0) ? rows.body.Nodes[whole[0]].Op : null;
        return rows;
    }

    /// <summary>The first dimension of the states, of the sequences where there is no state; null where there is none.</summary>
    public static Dim? BatchOf(ScanOp scan)
    {
        Port? first = scan.Body.Inputs.FirstOrDefault(port => port.Role == PortRole.State)
            ?? scan.Body.Inputs.FirstOrDefault(port => port.Role == PortRole.Sequence);
        return first is { Type.Rank: > 0 } ? first.Type.Dims[0] : null;
    }

    /// <summary>True where no row of the batch reads another one's, so that a worker can run all steps for its rows.</summary>
    public bool Holds { get; private set; }

    /// <summary>
    /// True where a step can be done for the rows that still run only: rows may also be added to a table, which all of them read.
    /// </summary>
    public bool TakesRows { get; private set; }

    /// <summary>An op that has no command for some rows alone, although no row reads another one; null where rows read each
    /// other or all ops have one.</summary>
    public Op? Undivided { get; private set; }

    /// <summary>True for a table, and for the result of adding rows to it in place.</summary>
    public bool IsTable(int value)
    {
        if (value < body.Inputs.Count)
            return body.Inputs[value].Role == PortRole.Table;
        Node maker = body.Nodes[body.Values.Node(value)];
        bool isWhole = maker.Op is SliceOp or ReshapeOp or BroadcastOp && maker.Results[0] == body.Values.Type(maker.Operands[0]);
        return (isWhole || maker.Op is ScatterAddOp or AccumulateOp) && IsTable(maker.Operands[0]);
    }

    /// <summary>True where a node needs no command, or one that a range of rows can be done of.</summary>
    public bool IsByRow(int n) => byRow[n];

    private bool FindByRow(int n)
    {
        Node node = body.Nodes[n];
        int value = body.Values.FirstResult(n);
        switch (node.Op)
        {
            case { Family: OpFamily.Leaf } or SliceOp or TransposeOp or BroadcastOp:
                return true;
            case ReshapeOp:
                return CopiesByRow(node.Operands[0]) || IsContiguous(node.Operands[0]);
            case ConcatOp:
                return StepInvariants.IsWeight(body, value) || StepInvariants.IsConcatenatedRow(body, value)
                    || (IsRows(value) && node.Operands.All(IsRows));
            case ContractOp contract:
                return IsRows(value) && IsByRow(contract, node);
            case GatherOp:
                return IsRows(value) && IsRows(node.Operands[1])
                    && (StepInvariants.Contains(body, node.Operands[0]) || IsTable(node.Operands[0]));
            case AssertLeOp:
                return IsRows(value);
            case MarkOp or ElementwiseOp or ReductionOp when KernelDomain.Of(body, n) is { } domain:
                return domain.Rows.Count > 0 && domain.Rows[0] == batch && IsRows(value)
                    && node.Operands.All(operand => HasUnitColumns(operand) || CopiesByRow(operand));
            case ArgMaxOp:
                return IsRows(value);
            case ReductionOp reduction:
                return IsRows(value) && !reduction.Axes.Contains(0);
            default:
                return false;
        }
    }

    // Every output of the step (next state, yield, sum, table) is written or copied row by row.
    private bool OutputsAreRows => body.Outputs.All(output =>
        output.Role == OutputRole.Sum ? IsSumByRow(output.Value) : IsTable(output.Value) || IsRows(output.Value));

    // True if the value's first axis is the batch and each row of it depends only on that row, or on no row.
    private bool IsRows(int value) => FirstIsBatch(value) && axes[value] is 0 or RowAxes.None;

    private bool FirstIsBatch(int value) => batch is not null && body.Values.Type(value) is { Rank: > 0 } type && type.Dims[0] == batch;

    // A copy of the value, where one is needed, is made before the loop or row by row.
    private bool CopiesByRow(int value) => StepInvariants.Contains(body, value) || IsRows(value);

    private bool AddsRowsToTable(int n) =>
        body.Nodes[n] is { Op: ScatterAddOp } add && IsTable(add.Operands[0]) && IsRows(add.Operands[1]) && IsRows(add.Operands[2]);

    // The rows are a loop of the product, or rows of its left matrix, where the right one is there before the loop.
    private bool IsByRow(ContractOp op, Node node)
    {
        if (op.Left == op.Right && op.Left.EndsWith(op.Result, StringComparison.Ordinal) && op.Result.Length < op.Left.Length)
            return false;

        char row = op.Result[0], last = op.Result[op.Result.Length - 1];
        bool inLeft = op.Left.Contains(row), inRight = op.Right.Contains(row);
        if (inLeft && inRight)
            return node.Operands.All(CopiesByRow);

        string rows = inLeft ? op.Left : op.Right, other = inLeft ? op.Right : op.Left;
        int left = node.Operands[inLeft ? 0 : 1], right = node.Operands[inLeft ? 1 : 0];
        TensorType type = body.Values.Type(left);
        if (!StepInvariants.Contains(body, right) || (other.Contains(last) && rows.Contains(last) && StepInvariants.Contains(body, left)))
            return false;

        // Further rows beside those of the batch make them a loop; columns come last then.
        return other.Contains(last) || op.Result.Skip(1).All(label => other.Contains(label) || type.Dims[rows.IndexOf(label)].IsOne);
    }

    // A product that a sum over time alone reads adds to it where that lies.
    private bool IsSumByRow(int value)
    {
        int n = body.Values.Node(value);
        int reads = ValueReaders.Of(body).Count(value);
        if (n < 0 || reads != 1 || body.Nodes[n].Op is not ContractOp op || !IsByRow(n))
            return false;

        char last = op.Result[op.Result.Length - 1];
        bool inLeft = op.Left.Contains(last), inRight = op.Right.Contains(last);
        int columns = body.Nodes[n].Operands[inLeft ? 0 : 1];
        string labels = inLeft ? op.Left : op.Right;
        return inLeft != inRight
            && (StepInvariants.Contains(body, columns) || (labels[labels.Length - 1] == last && HasUnitColumns(columns)
                && IsMade(columns)));
    }

    // Elements of the last axis lie beside each other wherever the value lies.
    private bool HasUnitColumns(int value)
    {
        TensorType type = body.Values.Type(value);
        if (value < body.Inputs.Count || type.Rank == 0 || type.Dims[type.Rank - 1].IsOne)
            return true;

        Node maker = body.Nodes[body.Values.Node(value)];
        return maker.Op switch
        {
            SliceOp or ReshapeOp => HasUnitColumns(maker.Operands[0]),
            TransposeOp transpose => transpose.Order[type.Rank - 1] == type.Rank - 1 && HasUnitColumns(maker.Operands[0]),
            BroadcastOp => body.Values.Type(maker.Operands[0]) is { Rank: > 0 } from && from.Dims[from.Rank - 1] == type.Dims[type.Rank - 1]
                && HasUnitColumns(maker.Operands[0]),
            _ => true,
        };
    }

    // True for a state or a value that the step makes; false for a sequence, whose columns may be strided.
    private bool IsMade(int value) => value >= body.Inputs.Count
        ? body.Nodes[body.Values.Node(value)] is var maker && (maker.Op.Family != OpFamily.View || maker.Op is ConcatOp
            || IsMade(maker.Operands[0]))
        : body.Inputs[value].Role == PortRole.State;

    // True for a value that the step makes by an op other than a view: only views leave gaps between rows.
    private bool IsContiguous(int value) => value >= body.Inputs.Count && body.Nodes[body.Values.Node(value)].Op is var op
        && (op is ReshapeOp ? IsContiguous(body.Nodes[body.Values.Node(value)].Operands[0]) : op.Family != OpFamily.View);
}
