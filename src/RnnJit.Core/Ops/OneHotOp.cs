using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>1 at the index, 0 elsewhere, along a new last axis: i32[T, B] ⇒ f32[T, B, classes]; printed as <c>onehot[classes : f32]</c>.</summary>
public sealed class OneHotOp(Dim classes, ElementType element) : Op
{
    public Dim Classes { get; } = classes;

    public ElementType Element { get; } = element;

    public override string Name => "onehot";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => $"{Classes} : {Element.ToString().ToLowerInvariant()}";

    public static OneHotOp Parse(string attributes)
    {
        string[] parts = attributes.Split(':');
        if (parts.Length != 2)
            throw new GraphException("RNNJ122", $"'onehot[{attributes}]' needs an extent and an element type (write onehot[V : f32])");
        return new OneHotOp(Dim.Parse(parts[0]), TensorType.Parse(parts[1] + "[]").Element);
    }

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || operands[0].Element != ElementType.I32)
            throw new GraphException("RNNJ122", $"'onehot' needs i32 indices, found {string.Join(" and ", operands.Select(o => o.ToString()))} (give class numbers)");
        return [new TensorType(Element, operands[0].Dims.Append(Classes).ToEquatable())];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int classes = Classes.Evaluate(evaluation.Sizes);
        var result = new NdArray([.. operands[0].Shape, classes]);
        for (int i = 0; i < operands[0].Length; i++)
            result.Data[(i * classes) + GatherOp.CheckRow(Name, operands[0].Data[i], classes)] = 1;
        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];

    public override Op Map(TypeMap map) => new OneHotOp(map.Map(Classes), map.Map(new TensorType(Element)).Element);
}
