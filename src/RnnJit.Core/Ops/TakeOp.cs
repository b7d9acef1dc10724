using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Rows along any axis by index: y[…, i, …] = x[…, index[i], …]; printed as <c>take[axis]</c>. Along the first axis it is a
/// gather.</summary>
public sealed class TakeOp(int axis) : Op
{
    public int Axis { get; } = axis;

    public override string Name => "take";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => Axis.ToString(CultureInfo.InvariantCulture);

    public static TakeOp Parse(string attributes) => int.TryParse(attributes, NumberStyles.None, CultureInfo.InvariantCulture, out int axis)
        ? new TakeOp(axis)
        : throw new GraphException("RNNJ125", $"'take[{attributes}]' names no axis (write take[1])");

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 2 || Axis >= operands[0].Rank || operands[1] is not { Element: ElementType.I32, Rank: 1 })
            throw ArgsortOp.Unfit(ToString(), operands);
        return [operands[0].WithDim(Axis, operands[1].Dims[0])];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray x = operands[0], index = operands[1];
        var result = new NdArray(x.Shape.Select((extent, axis) => axis == Axis ? index.Length : extent).ToArray());
        NdArray.ForEach(result.Shape, (place, flat) =>
        {
            int at = place[Axis];
            place[Axis] = GatherOp.CheckRow(1, index.Data[at], x.Shape[Axis]);
            result.Data[flat] = x.Data[x.BroadcastOffset(place)];
            place[Axis] = at;
        });
        return [result];
    }

    // Scatter-add of dy: transpose Axis to the front, sum the rows of each index, transpose back.
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        if (cotangents[0] is not { } dy)
            return [null, null];

        int[] first = Enumerable.Range(0, dy.Type.Rank).OrderBy(axis => axis != Axis).ToArray();
        Value rows = Axis == 0 ? dy : dy.Builder.Add(new TransposeOp(first), dy);
        Value sum = dy.Builder.Add(new ScatterOp(operands[0].Type.Dims[Axis]), operands[1], rows);
        return [
            Axis == 0 ? sum : dy.Builder.Add(new TransposeOp(Enumerable.Range(0, first.Length).OrderBy(axis => first[axis])), sum), null];
    }
}
