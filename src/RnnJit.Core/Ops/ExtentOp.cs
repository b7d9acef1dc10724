using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The size of a dimension as a number, for means; printed as <c>extent[B : f32]</c>.</summary>
public sealed class ExtentOp(Dim dim, ElementType element) : Op
{
    public Dim Dim { get; } = dim;

    public ElementType Element { get; } = element;

    public override string Name => "extent";

    public override OpFamily Family => OpFamily.Leaf;

    public override string Attributes => $"{Dim} : {Element.ToString().ToLowerInvariant()}";

    public static ExtentOp Parse(string attributes)
    {
        string[] parts = attributes.Split(':');
        if (parts.Length != 2)
            throw new GraphException("RNNJ104", $"'extent[{attributes}]' needs a dimension and an element type (write extent[B : f32])");
        return new ExtentOp(Dim.Parse(parts[0]), TensorType.Parse(parts[1] + "[]").Element);
    }

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) => [new TensorType(Element)];

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation) => [NdArray.Scalar(Dim.Evaluate(evaluation.Sizes))];

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [];

    public override Op Map(TypeMap map) => new ExtentOp(map.Map(Dim), map.Map(new TensorType(Element)).Element);
}
