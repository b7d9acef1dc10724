using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>A number, or a tensor filled with it.</summary>
public sealed class ConstantOp(double value, TensorType type) : Op
{
    public double Value { get; } = value;

    public TensorType Type { get; } = type;

    public override string Name => "constant";

    public override OpFamily Family => OpFamily.Leaf;

    public override string Attributes => $"{Format(Value)} : {Type}";

    public static ConstantOp Parse(string attributes)
    {
        int colon = attributes.IndexOf(':');
        if (colon < 0 || !TryParse(attributes.Substring(0, colon).Trim(), out double value))
            throw new GraphException("RNNJ104", $"'constant[{attributes}]' needs a number and a type (write constant[0.5 : f32[]])");
        return new ConstantOp(value, TensorType.Parse(attributes.Substring(colon + 1)));
    }

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Format(double value) => value switch
    {
        double.NaN => "nan",
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        0 when 1 / value < 0 => "-0",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    public static bool TryParse(string text, out double value)
    {
        value =
            text switch { "nan" => double.NaN, "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, "-0" => -0.0, _ => 0 };
        return text is "nan" or "inf" or "-inf" or "-0"
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) => [Type];

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        var result = new NdArray(evaluation.Shape(Type));
        for (int i = 0; i < result.Length; i++)
            result.Data[i] = Value;
        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [];

    public override Op Map(TypeMap map) => new ConstantOp(Value, map.Map(Type));
}
