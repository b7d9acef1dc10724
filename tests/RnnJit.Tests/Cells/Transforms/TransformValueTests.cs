using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Tests.Verification;

namespace RnnJit.Tests.Cells.Transforms;

/// <summary>Cells whose transformed values are known without a reference.</summary>
public class TransformValueTests
{
    [Test]
    public void Recurrent_dropout_that_drops_nothing_changes_nothing([Values(typeof(Lstm), typeof(Gru), typeof(Falling))] Type type)
    {
        CellDefinition cell = CellTracer.Trace(type);
        Assert.That(Run(cell.WithRecurrentDropout(0.25), cell)["final0"], Is.EqualTo(Run(cell, cell)["final0"]).Within(1e-12));
    }

    [Test]
    public void A_sum_of_products_that_is_returned_is_returned_with_its_norm()
    {
        CellDefinition cell = CellTracer.Trace(typeof(Shown));
        double[] z = Run(cell.WithLayerNorm(LayerNormForm.Preactivations, epsilon: 1e-9), cell)["z"];
        Assert.That(z.Chunk(2).Select(row => row[0] + row[1]), Has.All.EqualTo(0).Within(1e-9));
        Assert.That(z.Select(Math.Abs), Has.All.EqualTo(1).Within(1e-3));
    }

    // With the numbers of the plain cell, masks and gains of 1, and shifts of 0.
    private static Dictionary<string, double[]> Run(CellDefinition cell, CellDefinition plain)
    {
        Graph program = CellContractTests.Applied(cell, reverse: false, lengths: false);
        Dictionary<string, NdArray> data = Derivatives.Draw(program);
        Dictionary<string, NdArray> given = Derivatives.Draw(CellContractTests.Applied(plain, reverse: false, lengths: false));
        foreach (string name in data.Keys.Except(given.Keys).ToArray())
            Array.Fill(data[name].Data, name.EndsWith("_shift", StringComparison.Ordinal) ? 0 : 1);
        foreach (var (name, value) in given)
            data[name] = value;
        return Interpreter.Run(program, data, Derivatives.SizesOf(program)).ToDictionary(pair => pair.Key, pair => pair.Value.Data);
    }

    /// <summary>A state that is taken away from what is new.</summary>
    [RnnCell]
    private static class Falling
    {
        public static Value Step(Value x, Value h, Matrix W, Vector k) => W * x - k * h;
    }

    /// <summary>A cell that also returns its sum before the bias.</summary>
    [RnnCell]
    private static class Shown
    {
        public static (Value h, Value z) Step(Value x, Value h, Matrix W, Matrix U, Vector b)
        {
            var z = W * x + U * h;
            return (Rnn.Tanh(z + b), z);
        }
    }
}
