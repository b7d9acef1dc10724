using RnnJit.Ir;

namespace RnnJit.Planning;

/// <summary>One operation of the schedule of a region (a Program or a scan body).</summary>
public abstract record ScheduledOp;

/// <summary>A fused kernel: rows × columns, elementwise work and row reductions.</summary>
/// <param name="Kernel">The canonical kernel graph, inputs a0…, outputs r0….</param>
/// <param name="Inputs">Values of the region, in the order of the kernel's inputs.</param>
/// <param name="Outputs">Values of the region, in the order of the kernel's outputs.</param>
/// <param name="Rows">The dimensions that are joined to rows.</param>
/// <param name="Columns">The last dimension.</param>
/// <param name="Nodes">How many nodes were fused.</param>
public sealed record ScheduledKernel(Graph Kernel, EquatableArray<int> Inputs, EquatableArray<int> Outputs, EquatableArray<Dim> Rows,
    Dim Columns, int Nodes) : ScheduledOp
{
    /// <summary>True where work stays outside only because the kernel would outgrow <see cref="Fuse.MostOperations"/> or
    /// <see cref="Fuse.MostInputs"/>.</summary>
    public bool IsFull { get; init; }

    /// <summary>A kernel without row reductions can be split by columns too.</summary>
    public bool IsElementwise => Kernel.Nodes.All(node => node.Op.Family != OpFamily.Reduction);
}

/// <summary>A node that stands alone: a product, a reduction over rows, a gather, a view, a scan.</summary>
public sealed record ScheduledNode(int Node) : ScheduledOp;

/// <summary>A matrix product with an addition as the initial value of its accumulator.</summary>
/// <param name="Node">The addition.</param>
/// <param name="Product">The node of the product, whose only reader is the addition.</param>
/// <param name="Start">The other summand: of the product's type, or one row for all its rows.</param>
public sealed record ScheduledMatMul(int Node, int Product, int Start) : ScheduledOp;

/// <summary>The operations of a region in the order in which they run.</summary>
public sealed record OpSchedule(Graph Graph, EquatableArray<ScheduledOp> Ops);
