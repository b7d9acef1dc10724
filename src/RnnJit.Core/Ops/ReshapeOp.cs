using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The same elements in row-major order under another shape. Only extents of 1 come and go, or neighbours are
/// joined and split as written.</summary>
public sealed class ReshapeOp(IEnumerable<Dim> dims) : Op
{
    public EquatableArray<Dim> Dims { get; } = dims.ToEquatable();

    public override string Name => "reshape";

    public override OpFamily Family => OpFamily.View;

    public override string Attributes => Dims.ToString();

    public static ReshapeOp Parse(string attributes) => new(TensorType.ParseDims(attributes));

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || !SameSize(operands[0].Dims, Dims, dims))
            throw new GraphException("RNNJ116",
                $"'reshape[{Attributes}]' does not fit {TensorType.List(operands, ", ")} (the number of elements stays)");
        return [operands[0].WithDims(Dims)];
    }

    // A product of linear forms is compared as a multiset of factors, numbers multiplied out.
    private static bool SameSize(EquatableArray<Dim> left, EquatableArray<Dim> right, DimContext dims) =>
        Factors(left, dims) == Factors(right, dims);

    private static (long Number, string Symbols) Factors(EquatableArray<Dim> factors, DimContext dims)
    {
        long number = 1;
        List<string>? symbols = null;
        foreach (Dim factor in factors)
        {
            Dim dim = dims.Resolve(factor);
            if (dim.IsConstant)
            {
                number = Product(number, dim.Constant);
            }
            else if (dim.Constant == 0 && dim.Terms.Count == 1)
            {
                number = Product(number, dim.Terms[0].Coefficient);
                (symbols ??= []).Add(dim.Terms[0].Symbol);
            }
            else
            {
                (symbols ??= []).Add($"({dim})");
            }
        }

        symbols?.Sort(StringComparer.Ordinal);
        return (number, symbols is null ? "" : string.Join("·", symbols));
    }

    private static long Product(long left, int right)
    {
        try
        {
            return checked(left * right);
        }
        catch (OverflowException)
        {
            throw new GraphException("RNNJ200", $"'reshape' counts more elements than 64 bits hold (make sizes smaller)");
        }
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation) =>
        [operands[0].Reshape(Dims.Select(dim => dim.Evaluate(evaluation.Sizes)).ToArray())];

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        [cotangents[0] is { } dy ? dy.Builder.Add(new ReshapeOp(operands[0].Type.Dims), dy) : null];

    public override Op Map(TypeMap map) => new ReshapeOp(Dims.Select(map.Map));
}
