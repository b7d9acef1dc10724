using RnnJit.Ops;

namespace RnnJit;

/// <summary>A symbolic value: a tensor in a graph under construction. <c>a * b</c> is element by element; shapes are aligned from the
/// right.</summary>
public sealed class Value
{
    internal Value(Ir.GraphBuilder builder, int id)
    {
        Builder = builder;
        Id = id;
    }

    public Ir.GraphBuilder Builder { get; }

    public int Id { get; }

    public Ir.TensorType Type => Builder.TypeOf(this);

    public static Value operator +(Value a, Value b) => a.Builder.Add(AddOp.Instance, a, b);

    public static Value operator +(Value a, double b) => a + a.Constant(b);

    public static Value operator +(double a, Value b) => b.Constant(a) + b;

    public static Value operator -(Value a, Value b) => a.Builder.Add(SubOp.Instance, a, b);

    public static Value operator -(Value a, double b) => a - a.Constant(b);

    public static Value operator -(double a, Value b) => b.Constant(a) - b;

    public static Value operator *(Value a, Value b) => a.Builder.Add(MulOp.Instance, a, b);

    public static Value operator *(Value a, double b) => a * a.Constant(b);

    public static Value operator *(double a, Value b) => b.Constant(a) * b;

    public static Value operator /(Value a, Value b) => a.Builder.Add(DivOp.Instance, a, b);

    public static Value operator /(Value a, double b) => a / a.Constant(b);

    public static Value operator /(double a, Value b) => b.Constant(a) / b;

    public static Value operator -(Value a) => a.Builder.Add(NegOp.Instance, a);

    internal Value Constant(double value) => Builder.Constant(value, Type.Element);
}
