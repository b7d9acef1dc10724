using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Axes in another order: axis i of the result is axis <c>Order[i]</c> of the operand.</summary>
public sealed class TransposeOp(IEnumerable<int> order) : Op
{
    public EquatableArray<int> Order { get; } = order.ToEquatable();

    public override string Name => "transpose";

    public override OpFamily Family => OpFamily.View;

    public override string Attributes => Order.ToString();

    public static TransposeOp Parse(string attributes) => new(attributes.Split(',').Select(axis =>
        int.TryParse(axis.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new GraphException("RNNJ117", $"'{axis}' is no axis (write numbers such as 1, 0)")));

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || operands[0].Rank != Order.Count || !NamesEveryAxis())
            throw new GraphException("RNNJ117",
                $"'transpose[{Attributes}]' does not fit {TensorType.List(operands, ", ")} (name every axis once)");
        var extents = new Dim[Order.Count];
        for (int i = 0; i < extents.Length; i++)
            extents[i] = operands[0].Dims[Order[i]];
        return [operands[0].WithDims(EquatableArray.Owning(extents))];
    }

    private bool NamesEveryAxis()
    {
        var named = new bool[Order.Count];
        foreach (int axis in Order)
        {
            if (axis < 0 || axis >= named.Length || named[axis])
                return false;
            named[axis] = true;
        }

        return true;
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray x = operands[0];
        var result = new NdArray(Order.Select(axis => x.Shape[axis]).ToArray());
        int[] strides = x.BroadcastStrides(x.Rank);
        var rows = new StridedRows(result.Shape, Order.Select(axis => strides[axis]).ToArray());
        while (rows.Next())
        {
            for (int i = 0; i < rows.Length; i++)
                result.Data[rows.First + i] = x.Data[rows.Offsets[0] + (i * rows.Steps[0])];
        }

        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        if (cotangents[0] is not { } dy)
            return [null];

        return [dy.Builder.Add(new TransposeOp(Enumerable.Range(0, Order.Count).OrderBy(i => Order[i])), dy)];
    }
}
