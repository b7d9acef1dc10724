namespace RnnJit;

/// <summary>A trained vector; as a Value it is added to or multiplied with every row.</summary>
public sealed class Vector(Value value)
{
    /// <summary>The tensor [units].</summary>
    public Value Tensor { get; } = value;

    public static implicit operator Value(Vector vector) => vector.Tensor;

    public static Value operator *(Vector a, Value b) => a.Tensor * b;

    public static Value operator *(Value a, Vector b) => a * b.Tensor;

    public static Value operator *(Vector a, Vector b) => a.Tensor * b.Tensor;

    public static Value operator *(Vector a, double b) => a.Tensor * b;

    public static Value operator *(double a, Vector b) => a * b.Tensor;

    public static Value operator /(Vector a, Value b) => a.Tensor / b;

    public static Value operator /(Value a, Vector b) => a / b.Tensor;

    public static Value operator /(Vector a, Vector b) => a.Tensor / b.Tensor;

    public static Value operator /(Vector a, double b) => a.Tensor / b;

    public static Value operator /(double a, Vector b) => a / b.Tensor;

    public static Value operator +(Vector a, Value b) => a.Tensor + b;

    public static Value operator +(Value a, Vector b) => a + b.Tensor;

    public static Value operator +(Vector a, Vector b) => a.Tensor + b.Tensor;

    public static Value operator +(Vector a, double b) => a.Tensor + b;

    public static Value operator +(double a, Vector b) => a + b.Tensor;

    public static Value operator -(Vector a, Value b) => a.Tensor - b;

    public static Value operator -(Value a, Vector b) => a - b.Tensor;

    public static Value operator -(Vector a, Vector b) => a.Tensor - b.Tensor;

    public static Value operator -(Vector a, double b) => a.Tensor - b;

    public static Value operator -(double a, Vector b) => a - b.Tensor;

    public static Value operator -(Vector a) => -a.Tensor;
}
