using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Every built-in cell, compiled, against the double oracle.</summary>
public class AccuracyTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    // A thousand steps of the double oracle take a second for each cell, so one cell stands for each kind of arithmetic: products,
    // rectified, gated, normalised, exponential.
    private static IEnumerable<TestCaseData> Sequences =>
    [
        .. Cells.Select(type => new TestCaseData(type, 64)),
        .. new[] { typeof(Elman), typeof(ElmanRelu), typeof(Lstm), typeof(Gru), typeof(LstmLayerNorm), typeof(SLstm) }
            .Select(type => new TestCaseData(type, 1000)),
    ];

    [TestCaseSource(nameof(Sequences))]
    public void Long_sequences_stay_within_tolerance(Type type, int steps)
    {
        var cell = new CellProgram(CellTracer.Trace(type));
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps, batch: 2, units: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), wanted = Interpreter.Run(program, data, sizes);
        Compare(program, data, sizes, wanted, ElementType.F32, steps == 64 ? 1e-5 : 1e-4);
        Compare(program, data, sizes, wanted, ElementType.F64, 1e-12);
    }

    [Test]
    public void Second_derivatives_agree_with_the_oracle([Values(typeof(Lstm), typeof(Gru))] Type type, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths);
        Graph first = cell.Build();
        string[] parameters = cell.Cell.Parameters.Select(port => port.Name).Append("x").ToArray();
        Graph second = Differentiate.Run(WithSquares(first, parameters), "squares", parameters);
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(second, sizes), wanted = Interpreter.Run(second, data, sizes);
        Compare(second, data, sizes, wanted, ElementType.F32, 1e-5);
        Compare(second, data, sizes, wanted, ElementType.F64, 1e-12);
    }

    // The derivatives' squares, whose derivative needs the second one of everything.
    private static Graph WithSquares(Graph first, string[] names)
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inline(first, first.Inputs.Select(port => builder.Input(port.Name, port.Type, port.Role)).ToArray());
        Value squares = names.Select(name => values[first.Outputs[first.OutputIndex("d_" + name)].Value]).Select(d => Rnn.Total(d * d))
            .Aggregate((sum, term) => sum + term);
        return builder.Build("program", first.Name,
            [("loss", values[first.Outputs[first.OutputIndex("loss")].Value], OutputRole.Result), ("squares", squares, OutputRole.Result)]);
    }

    private static void Compare(Graph program, Dictionary<string, NdArray> data, Dictionary<string, int> sizes,
        Dictionary<string, NdArray> wanted, ElementType real, double tolerance)
    {
        using Executable executable = CellProgram.Create(program, sizes, threads: 2, real);
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(tolerance), $"{name} in {real}");
    }
}
