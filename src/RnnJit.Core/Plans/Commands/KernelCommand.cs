using RnnJit.Ir;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>A fused kernel over rows × columns.</summary>
/// <param name="Operands">Inputs of the kernel, then its outputs.</param>
/// <param name="RowShape">Extents of the dimensions that are joined to rows.</param>
/// <param name="Active">Rows of [T, B, …] it is done for; null for all.</param>
public sealed record KernelCommand(ScheduledKernel Op, BufferView[] Operands, int[] RowShape, int Columns, KernelRows? Active) : PlanCommand
{
    public int Rows => RowShape.Aggregate(1, (rows, extent) => rows * extent);

    public override IEnumerable<BufferView> Reads => Operands.Take(Op.Inputs.Count).Concat(Active?.Rows.Views ?? []);

    public override IEnumerable<BufferView> Writes => Operands.Skip(Op.Inputs.Count);

    public override string Describe => DescribeWith("");

    public override string Text =>
        $"kernel<{Quantity.Of(Op.Nodes, "node")}> {string.Join(" x ", RowShape.Append(Columns))}{Active?.Rows.Text}";

    /// <summary>The line for people, with the provider of the kernel's code.</summary>
    public string DescribeWith(string provider) =>
        $"kernel of {Quantity.Of(Op.Nodes, "node")}, {Rows} × {Columns}, {Op.Inputs.Count} in, {Op.Outputs.Count} "
            + $"out{(provider.Length == 0 ? "" : $" ({provider})")}{Active?.Rows.Describe}";
}
