using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>
/// The L2 norm over all elements of several tensors, in double precision, the factor that clips them to a bound, and 1 where loss and norm
/// are finite, else 0. Operands: loss, tensors. Results: norm, factor, finite, each a number. Printed as <c>gradient_norm[bound]</c>, or
/// <c>gradient_norm</c> without a bound.
/// </summary>
public sealed class GradientNormOp(double? bound) : Op
{
    /// <summary>The largest norm; null for none.</summary>
    public double? Bound { get; } = bound;

    public override string Name => "gradient_norm";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => Bound is { } bound ? ConstantOp.Format(bound) : "";

    /// <exception cref="GraphException">RNNJ105: the attribute is no number above 0.</exception>
    public static GradientNormOp Parse(string attributes)
    {
        if (attributes.Length == 0)
            return new GradientNormOp(null);
        return ConstantOp.TryParse(attributes, out double bound) && bound > 0
            ? new GradientNormOp(bound)
            : throw new GraphException("RNNJ105", $"'gradient_norm[{attributes}]' has no bound above 0 (write gradient_norm[5])");
    }

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length < 2 || operands.Any(operand => !operand.IsReal) || operands[0].Rank != 0)
            throw new GraphException("RNNJ125",
                $"'{Name}' does not fit {TensorType.List(operands, " and ")} (it reads a loss, which is a number, and one tensor or more)");
        return [operands[0], operands[0], operands[0]];
    }

    /// <summary>Norm, factor and finiteness from a loss and a sum of squares.</summary>
    public (double Norm, double Factor, double Finite) Of(double loss, double squares)
    {
        double norm = Math.Sqrt(squares);
        return (norm, Bound is { } bound ? GradientNorm.Scale(norm, bound) : 1, IsFinite(loss) && IsFinite(norm) ? 1 : 0);
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        double squares = 0;
        for (int i = 1; i < operands.Length; i++)
        {
            foreach (double element in operands[i].Data)
                squares += element * element;
        }

        var (norm, factor, finite) = Of(operands[0].Data[0], squares);
        return [NdArray.Scalar(norm), NdArray.Scalar(factor), NdArray.Scalar(finite)];
    }

    // ∂norm/∂g = g / norm; where the factor clips, it is bound / (norm + ε), whose derivative is −factor / (norm + ε).
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        Value norm = results[0], factor = results[1];
        Value? total = cotangents[0];
        if (Bound is not null && cotangents[1] is { } ofFactor)
        {
            Value slope =
                Rnn.Select(Rnn.Less(factor, factor.Constant(1)), -(factor / (norm + GradientNorm.Epsilon)), factor.Constant(0)) * ofFactor;
            total = total is null ? slope : total + slope;
        }

        return [null, .. operands.Skip(1).Select(g => total is null ? null : g * (total / norm))];
    }

    private static bool IsFinite(double number) => !double.IsNaN(number) && !double.IsInfinity(number);
}
