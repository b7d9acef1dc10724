using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The inverse of an order of rows: element order[i] is i, the place of that row.</summary>
public sealed class PlacesOp : Op
{
    public static PlacesOp Instance { get; } = new();

    public override string Name => "places";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) => OrderOp.OfRows(Name, operands);

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray order = operands[0];
        var places = new NdArray(order.Shape);
        for (int i = 0; i < order.Length; i++)
            places.Data[GatherOp.CheckRow(0, order.Data[i], order.Length)] = i;
        return [places];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];
}
