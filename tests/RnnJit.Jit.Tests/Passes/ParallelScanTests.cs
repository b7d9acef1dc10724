using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Linear recurrences in chunks of time that run side by side give what the loop gives, forward and backward; others are left
/// alone.</summary>
public class ParallelScanTests
{
    private static readonly Type[] Linear = [typeof(MinGru), typeof(MinLstm), typeof(Sru), typeof(QrnnF), typeof(QrnnFo), typeof(QrnnIfo),
        typeof(Delay), typeof(IndependentLinear), typeof(Chain)];

    [Test]
    public void The_oracle_agrees_and_the_kernels_do([ValueSource(nameof(Linear))] Type type, [Values] bool lengths, [Values] bool reverse)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, reverse, Backward: false);
        Graph forward = cell.Build(), full = Backward(forward);
        Dictionary<string, int> sizes = cell.Sizes(steps: 11, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(forward, sizes), wanted = Interpreter.Run(full, data, sizes);

        // The adjoint of a linear recurrence is one, so the rewrite may come before or after.
        foreach (Graph program in new[] { Backward(Parallel(forward, sizes, 3)), Parallel(full, sizes, 3) })
        {
            Dictionary<string, NdArray> oracle = Interpreter.Run(program, data, sizes);
            foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
            {
                using Executable executable = CellProgram.Create(program, sizes, threads: 2, real);
                Assert.That(executable.Interpreted(), Is.Empty);
                Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
                foreach (var (name, value) in wanted)
                {
                    // The same chains in another grouping, some hundred terms of double precision.
                    Assert.That(Bits.Distance(oracle[name], value), Is.LessThan(1e-13), $"{name} of the oracle");
                    Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12),
                        $"{name} in {real}");
                }
            }
        }
    }

    [Test]
    public void No_loop_over_all_steps_is_left([ValueSource(nameof(Linear))] Type type, [Values] bool training)
    {
        var cell = new CellProgram(CellTracer.Trace(type), Backward: training);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 40, batch: 2);
        program = Pipeline.Run(Parallel(program, sizes, 5));
        Assert.That(program.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(scan => scan.Time.Evaluate(sizes)),
            Has.All.LessThanOrEqualTo(8));
    }

    [TestCase(typeof(Lstm), "h and c need each other")]
    [TestCase(typeof(Gru), "h goes through 'contract'")]
    [TestCase(typeof(IndRnn), "h goes through 'relu'")]
    public void What_is_not_linear_is_left_alone_and_the_reason_said(Type type, string reason)
    {
        Graph program = new CellProgram(CellTracer.Trace(type), Backward: false).Build();
        Assert.That(ParallelScan.Run(program, "T", 100, 4), Is.EqualTo((program, (string?)null, 0)));
        Assert.That(LinearRecurrence.WhyNot(program.Nodes.Select(node => node.Op).OfType<ScanOp>().Single()), Is.EqualTo(reason));
    }

    [Test]
    public void A_step_cannot_fill_a_chunk_of_its_own()
    {
        Graph program = new CellProgram(CellTracer.Trace(typeof(MinGru)), Backward: false).Build();
        Assert.That(ParallelScan.Run(program, "T", 7, 4).Symbol, Is.Null);
        Assert.That(() => ParallelScan.Run(program, "T", 100, 0),
            Throws.TypeOf<GraphException>().With.Message.Contains("Time is to run in 0 chunks, wanted at least 1"));
    }

    private static Graph Backward(Graph forward) => Differentiate.Run(forward, "loss",
        forward.Inputs.Where(port => port.Type.IsReal && port.Name != "dy").Select(port => port.Name).ToArray());

    private static Graph Parallel(Graph program, Dictionary<string, int> sizes, int chunks)
    {
        var (parallel, symbol, steps) = ParallelScan.Run(program, "T", sizes["T"], chunks);
        sizes[symbol!] = steps;
        return parallel;
    }

    /// <summary>IndRNN (Li et al. 2018, equation 2) without its nonlinearity: one factor for all steps and rows.</summary>
    [RnnCell]
    private static class IndependentLinear
    {
        public static Value Step(Value x, Value h, Matrix W, Vector u, Vector b) => W * x + u * h + b;
    }

    /// <summary>A state that is added up weighted with another, of which it keeps nothing: m decays, n counts what m was, with a choice
    /// and a quotient on the way.</summary>
    [RnnCell]
    private static class Chain
    {
        public static (Value m, Value n) Step([Dims("H")] Value x, Value m, [Dims("H")] Value n, Matrix W)
        {
            var z = Rnn.Sigmoid(W * x);
            var next = -(Rnn.Select(Rnn.Less(z, 0.5), m, x) / (1 + z)) + m;
            return (next, n - z * n * m + next);
        }
    }
}
