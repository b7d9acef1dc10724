namespace RnnJit.Ops;

/// <summary>a where the condition is not 0, else b, element by element. A NaN in the branch not taken does not show.</summary>
public sealed class SelectOp : ElementwiseOp
{
    public static SelectOp Instance { get; } = new();

    public override string Name => "select";

    public override int Arity => 3;

    public override double Evaluate(double[] x) => x[0] != 0 ? x[1] : x[2];

    public override Value?[] Gradient(Value[] x, Value y, Value dy) =>
        [null, Rnn.Select(x[0], dy, dy.Constant(0)), Rnn.Select(x[0], dy.Constant(0), dy)];

    public override string Spell(IDialect dialect, string[] x) => dialect.Call("Select", x);
}
