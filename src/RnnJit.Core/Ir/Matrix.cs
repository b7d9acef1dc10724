namespace RnnJit;

/// <summary>A trained matrix, rows = outputs. <c>W * x</c> is the matrix product.</summary>
public sealed class Matrix(Value value)
{
    /// <summary>The tensor [outputs, inputs].</summary>
    public Value Tensor { get; } = value;

    /// <summary>y[b, o] = Σᵢ W[o, i] · x[b, i].</summary>
    public static Value operator *(Matrix w, Value x) => Rnn.Product(w, x);

    public static Matrix operator +(Matrix a, Matrix b) => new(a.Tensor + b.Tensor);

    public static Matrix operator +(Matrix a, double b) => new(a.Tensor + b);

    public static Matrix operator +(double a, Matrix b) => new(a + b.Tensor);

    public static Matrix operator -(Matrix a, Matrix b) => new(a.Tensor - b.Tensor);

    public static Matrix operator -(Matrix a, double b) => new(a.Tensor - b);

    public static Matrix operator -(double a, Matrix b) => new(a - b.Tensor);

    public static Matrix operator -(Matrix a) => new(-a.Tensor);

    /// <summary>Every element times the number.</summary>
    public static Matrix operator *(Matrix a, double b) => new(a.Tensor * b);

    /// <summary>Every element times the number.</summary>
    public static Matrix operator *(double a, Matrix b) => new(a * b.Tensor);

    /// <summary>Every element divided by the number.</summary>
    public static Matrix operator /(Matrix a, double b) => new(a.Tensor / b);
}

/// <summary>A trained tensor of rank 3, [outputs, left, right]; used through <see cref="Rnn.Bilinear"/>.</summary>
public sealed class Tensor3(Value value)
{
    public Value Tensor { get; } = value;
}

/// <summary>An integer input, one number per row of the batch.</summary>
public sealed class Indices(Value value)
{
    public Value Tensor { get; } = value;
}
