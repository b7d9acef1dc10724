using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>
/// Second derivatives of every smooth built-in cell, which the contracts of backends compare with the oracle: the oracle
/// agrees with differences of the projection of the first gradient along a random direction. So it does with lengths, from
/// the other end and with all masks given.
/// </summary>
public class SecondDerivativeTests
{
    private static IEnumerable<Type> Smooth => CellProgram.Types.Where(type => Kinks.Of(CellTracer.Trace(type).Step).Length == 0);

    [Test]
    public void The_oracle_agrees_with_differences_of_the_first_gradient([ValueSource(nameof(Smooth))] Type type,
        [Values] bool conditions) =>
        Assert.That(SecondDerivative.Of(type, conditions) is var sample ? sample.Error(sample.Wanted) : double.NaN,
            Is.LessThan(SecondDerivative.Tolerance));

    [Test]
    public void A_path_that_is_missed_is_found([Values] bool conditions)
    {
        var sample = SecondDerivative.Of(typeof(Lstm), conditions);
        Dictionary<string, NdArray> missed = Interpreter.Run(
            SecondDerivative.Differentiated(sample.First, sample.Names, missed: sample.Names[0]), sample.Data, sample.Sizes);
        Assert.That(sample.Error(missed), Is.GreaterThan(100 * SecondDerivative.Tolerance));
    }

    [Test]
    public void What_is_smooth_is_read_from_the_graph()
    {
        Assert.That(Kinks.Of(CellTracer.Trace(typeof(Lstm)).Step), Is.Empty);
        Assert.That(Kinks.Of(CellTracer.Trace(typeof(ElmanRelu)).Step), Is.EqualTo(new[] { "relu" }));
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "B", "H"));
        Assert.That(Kinks.Of(builder.Build("cell", "Detached", [("y", Rnn.Softplus(x), OutputRole.Result)])), Is.Empty,
            "the maximum that softplus takes out is detached");
        Assert.That(Smooth.Count(), Is.InRange(CellProgram.Types.Count() / 2, CellProgram.Types.Count() - 1));
    }
}
