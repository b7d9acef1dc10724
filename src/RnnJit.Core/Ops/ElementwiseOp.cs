using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>An op applied element by element; shapes are aligned from the right and extent 1 repeats.</summary>
public abstract class ElementwiseOp : Op
{
    public sealed override OpFamily Family => OpFamily.Elementwise;

    public abstract int Arity { get; }

    /// <summary>One element.</summary>
    public abstract double Evaluate(double[] x);

    /// <summary>The expression in a kernel.</summary>
    public abstract string Spell(IDialect dialect, string[] x);

    /// <summary>The cotangents of the operands in the shape of the result; the pass sums them back to the operands' shapes.</summary>
    public abstract Value?[] Gradient(Value[] x, Value y, Value dy);

    public sealed override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        cotangents[0] is { } dy ? Gradient(operands, results[0], dy) : new Value?[operands.Length];

    public sealed override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != Arity)
            throw new GraphException("RNNJ110", $"'{Name}' takes {Arity} operands, found {operands.Length} (see docs/ir.md)");
        TensorType result = operands[0];
        for (int i = 1; i < operands.Length; i++)
            result = Broadcast.Join(Name, result, operands[i], dims);

        return [result];
    }

    public sealed override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int[] shape = operands[0].Shape;
        for (int i = 1; i < operands.Length; i++)
            shape = NdArray.BroadcastShape(shape, operands[i].Shape);
        var result = new NdArray(shape);
        var x = new double[operands.Length];
        var rows = new StridedRows(shape, Array.ConvertAll(operands, operand => operand.BroadcastStrides(shape.Length)));
        while (rows.Next())
        {
            for (int n = 0; n < rows.Length; n++)
            {
                for (int i = 0; i < x.Length; i++)
                    x[i] = operands[i].Data[rows.Offsets[i] + (n * rows.Steps[i])];
                result.Data[rows.First + n] = Evaluate(x);
            }
        }

        return [result];
    }
}

/// <summary>y = f(x), element by element.</summary>
public abstract class UnaryOp : ElementwiseOp
{
    public sealed override int Arity => 1;

    public abstract double Evaluate(double x);

    public abstract Value? Gradient(Value x, Value y, Value dy);

    public abstract string Spell(IDialect dialect, string x);

    public sealed override double Evaluate(double[] x) => Evaluate(x[0]);

    public sealed override Value?[] Gradient(Value[] x, Value y, Value dy) => [Gradient(x[0], y, dy)];

    public sealed override string Spell(IDialect dialect, string[] x) => Spell(dialect, x[0]);
}

/// <summary>y = f(a, b), element by element.</summary>
public abstract class BinaryOp : ElementwiseOp
{
    public sealed override int Arity => 2;

    public abstract double Evaluate(double a, double b);

    public abstract (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy);

    public abstract string Spell(IDialect dialect, string a, string b);

    public sealed override double Evaluate(double[] x) => Evaluate(x[0], x[1]);

    public sealed override Value?[] Gradient(Value[] x, Value y, Value dy)
    {
        var (da, db) = Gradient(x[0], x[1], y, dy);
        return [da, db];
    }

    public sealed override string Spell(IDialect dialect, string[] x) => Spell(dialect, x[0], x[1]);
}
