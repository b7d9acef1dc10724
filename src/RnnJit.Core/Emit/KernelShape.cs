using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>The shape of a value in a kernel over R rows and N columns.</summary>
public enum KernelShape
{
    /// <summary>f32[], one number for the whole call.</summary>
    Scalar,

    /// <summary>f32[R, 1], one number per row.</summary>
    Row,

    /// <summary>i32[R], one integer per row.</summary>
    Index,

    /// <summary>f32[N], one number per column, the same in every row.</summary>
    Column,

    /// <summary>f32[R, N].</summary>
    Full,
}

/// <summary>Reads shapes from types and rejects graphs that are no kernels.</summary>
public static class KernelShapes
{
    /// <exception cref="GraphException">RNNJ180: the type has no place in a kernel.</exception>
    public static KernelShape Of(TensorType type)
    {
        if (type is { Element: ElementType.I32, Rank: 1 })
            return KernelShape.Index;
        if (type.Element != ElementType.F32 || type.Rank > 2)
            throw new GraphException("RNNJ180",
                $"A kernel has values f32[R, N], f32[R, 1], f32[N], f32[] and i32[R], found {type} (flatten it to rows and columns)");

        bool one = type.Rank == 0 || type.Dims[type.Rank - 1].IsOne;
        return type.Rank switch
        {
            2 when one => KernelShape.Row,
            2 when type.Dims[0].IsOne => KernelShape.Column,
            2 => KernelShape.Full,
            _ => one ? KernelShape.Scalar : KernelShape.Column,
        };
    }

    /// <exception cref="GraphException">RNNJ180 to RNNJ182: a type, an op or an output that a kernel cannot have.</exception>
    public static void Check(Graph kernel)
    {
        Dim? columns = Columns(kernel);
        foreach (Port port in kernel.Inputs)
            Of(port.Type);
        foreach (Node node in kernel.Nodes)
            Check(node, columns);
        foreach (Output output in kernel.Outputs)
        {
            TensorType type = kernel.Values.Type(output.Value);
            if (Of(type) is not (KernelShape.Full or KernelShape.Row))
                throw new GraphException("RNNJ182",
                    $"Output '{output.Name}' of a kernel is f32[R, N] or f32[R, 1], found {type} (give it rows)");
        }
    }

    /// <summary>The extent N: the last of any value with columns; null when the kernel has none.</summary>
    public static Dim? Columns(Graph kernel)
    {
        for (int value = 0; value < kernel.Values.Count; value++)
        {
            TensorType type = kernel.Values.Type(value);
            if (Of(type) is KernelShape.Full or KernelShape.Column)
                return type.Dims[type.Rank - 1];
        }

        return null;
    }

    private static void Check(Node node, Dim? columns)
    {
        bool known = node.Op switch
        {
            ElementwiseOp or ConstantOp or BroadcastOp => true,
            ReductionOp reduction => reduction.Axes.Count == 1 && reduction.Axes[0] == 1,
            MarkOp => true,
            ExtentOp extent => extent.Dim == columns,
            _ => false,
        };
        if (!known || node.Results.Count != 1)
            throw new GraphException("RNNJ181",
                $"'{node.Op}' has no place in a kernel (elementwise ops, sums and maxima over axis 1, onehot, prefix, constants and "
                    + "extent[N] have)");
        Of(node.Results[0]);
    }
}
