using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Tests.Verification;

namespace RnnJit.Tests.Networks;

/// <summary>Batch normalisation of rows that end, against plain arithmetic over what counts: T 3, B 4, one unit.</summary>
public class BatchNormLengthTests
{
    private const double Epsilon = 1e-5, W = 0.5, U = -0.8, Bias = 0.25, Gain = 0.7;

    private const int T = 3, B = 4;

    private static readonly int[] Lengths = [2, 0, 3, 1];

    // Time first; what lies behind the ends is NaN.
    private static readonly double[] X =
        [.. new[] { 1, 2, 4, 9, -3, 0.5, 2, 7, 5, 1, -2, 3 }.Select((x, i) => i / B < Lengths[i % B] ? x : double.NaN)];

    [Test]
    public void Input_products_are_normalised_over_steps_that_count([Values] bool each, [Values] bool masked)
    {
        Dictionary<string,
            NdArray> found = Run(masked, Elman, new RecurrentOptions { NormaliseInput = true, NormaliseSteps = each ? 2 : 0 });
        int[] counted = [.. Enumerable.Range(0, T * B).Where(Counts)];
        double[] products = [.. X.Select(x => W * x)], normalised = new double[T * B];
        foreach (int[] group in each ? counted.GroupBy(i => i / B).Select(group => group.ToArray()) : [counted])
        {
            var (mean, variance) = Moments(group.Select(i => products[i]));
            foreach (int i in group)
                normalised[i] = (products[i] - mean) / Math.Sqrt(variance + Epsilon) * Gain;
        }

        Assert.That(found["y"].Data, Is.EqualTo(Loop(masked, (h, i) => Math.Tanh(normalised[i] + (U * h) + Bias))).Within(1e-14));
        double[] means = each
            ? [.. Enumerable.Range(0, 2).Select(t => Moments(counted.Where(i => i / B == t).Select(i => products[i])).Mean)]
            : [Moments(counted.Select(i => products[i])).Mean];
        Assert.That(found["layer.input.mean_next"].Data, Is.EqualTo(means.Select(mean => 0.1 * mean)).Within(1e-15));
    }

    [Test]
    public void Steps_of_a_cell_are_normalised_over_rows_that_count([Values] bool each, [Values] bool masked, [Values] bool reverse)
    {
        var options = new RecurrentOptions { Direction = reverse ? Direction.Backward : Direction.Forward };
        Dictionary<string, NdArray> found = Run(masked, Elman.WithBatchNorm(steps: each ? 4 : 0), options);
        double[] h = new double[B], y = new double[T * B], means = new double[T], numbers = new double[T];
        foreach (int t in reverse ? [2, 1, 0] : new[] { 0, 1, 2 })
        {
            int[] rows = [.. Enumerable.Range(0, B).Where(row => Counts((t * B) + row))];
            var (ofX, varianceX) = Moments(rows.Select(row => W * X[(t * B) + row]));
            var (ofH, varianceH) = Moments(rows.Select(row => U * h[row]));
            foreach (int row in rows)
            {
                double x = ((W * X[(t * B) + row]) - ofX) / Math.Sqrt(varianceX + Epsilon),
                    old = ((U * h[row]) - ofH) / Math.Sqrt(varianceH + Epsilon);
                y[(t * B) + row] = h[row] = Math.Tanh((Gain * x) + (Gain * old) + Bias);
            }

            foreach (int row in Enumerable.Range(0, B).Except(rows).Where(_ => masked))
                y[(t * B) + row] = h[row];
            (means[t], numbers[t]) = (ofX, rows.Length);
        }

        Assert.That(found["y"].Data, Is.EqualTo(y).Within(1e-14));
        Assert.That(found["layer.h"].Data, Is.EqualTo(h).Within(1e-14), "final states are those at the ends");
        double[] running =
            !each ? [means.Zip(numbers, (mean, number) => mean * number).Sum() / numbers.Sum()] : reverse ? [0, .. means] : [.. means, 0];
        Assert.That(found["layer.W_mean_next"].Data, Is.EqualTo(running.Select(mean => 0.1 * mean)).Within(1e-14));
        if (each)
            Assert.That(found["layer.W_variance_next"].Data[reverse ? 0 : T], Is.EqualTo(1),
                "a step that was not reached keeps its statistic");
    }

    [Test]
    public void Padding_would_change_statistics_if_it_counted()
    {
        NdArray Of(int[] lengths) => Run(masked: false, Elman.WithBatchNorm(), new RecurrentOptions(),
            [.. X.Select(x => double.IsNaN(x) ? 100 : x)], lengths)["layer.W_mean_next"];
        Assert.That(Of([3, 3, 3, 3]).Data[0], Is.Not.EqualTo(Of(Lengths).Data[0]).Within(1));
    }

    [Test]
    public void Rows_that_all_end_at_once_keep_running_statistics()
    {
        foreach (CellDefinition cell in new[] { Elman, Elman.WithBatchNorm() })
        {
            Dictionary<string,
                NdArray> found = Run(masked: false, cell, new RecurrentOptions { NormaliseInput = cell == Elman }, lengths: [0, 0, 0, 0]);
            Assert.That(found["y"].Data, Is.All.Zero);
            Assert.That(found.Where(pair => pair.Key.EndsWith("mean_next", StringComparison.Ordinal)).SelectMany(pair => pair.Value.Data),
                Is.All.Zero);
            Assert.That(
                found.Where(pair => pair.Key.EndsWith("variance_next", StringComparison.Ordinal)).SelectMany(pair => pair.Value.Data),
                Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Padding_has_no_gradient_and_gives_none([Values] bool input)
    {
        NetworkBuilder net =
            Network(masked: false, input ? Elman : Elman.WithBatchNorm(), new RecurrentOptions { NormaliseInput = input }, out Value y);
        net.Output("loss", Rnn.Total(y * y));
        Graph program = Differentiate.Run(net.Build(), "loss", ["x", "layer.W", "layer.U"]);
        Dictionary<string, NdArray> found = Interpreter.Run(program, Given(program, X, Lengths));
        double[] dx = found[program.Outputs[program.Outputs.Count - 3].Name].Data;
        Assert.That(dx.Where((_, i) => !Counts(i)), Is.All.Zero);
        Assert.That(dx.Where((_, i) => Counts(i)), Has.Some.Not.Zero);
        Assert.That(found.Values.SelectMany(value => value.Data), Has.None.NaN);
    }

    [Test]
    public void Derivatives_agree_with_differences([Values] bool input, [Values] bool each, [Values] bool reverse)
    {
        var net = new NetworkBuilder("Smooth");
        net.Lengths("lengths", "B");
        CellDefinition cell = CellTracer.Trace(typeof(GruResetAfter));
        var options = new RecurrentOptions
        {
            Direction = reverse ? Direction.Backward : Direction.Forward,
            NormaliseInput = input,
            NormaliseSteps = input && each ? 2 : 0
        };
        net.Output("y",
            net.Recurrent("layer", input ? cell : cell.WithBatchNorm(0.1, each ? 2 : 0), net.Input("x", "T", "B", 2), 2, options).Output);
        Derivatives.Check(net.Build(), second: false);
    }

    private static CellDefinition Elman => CellTracer.Trace(typeof(Elman));

    private static bool Counts(int i) => i / B < Lengths[i % B];

    private static (double Mean, double Variance) Moments(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return (all.Average(), all.Average(x => (x - all.Average()) * (x - all.Average())));
    }

    // At masked steps the state is what it was, behind the end of a row the output is 0.
    private static double[] Loop(bool masked, Func<double, int, double> step)
    {
        double[] h = new double[B], y = new double[T * B];
        for (int i = 0; i < T * B; i++)
            y[i] = Counts(i) ? h[i % B] = step(h[i % B], i) : masked ? h[i % B] : 0;
        return y;
    }

    private static NetworkBuilder Network(bool masked, CellDefinition cell, RecurrentOptions options, out Value y)
    {
        var net = new NetworkBuilder("Ending");
        Indices lengths = net.Indices("lengths", "B");
        Value x = net.Input("x", "T", "B", 1);
        Value mask = net.StepsOf(lengths, x);
        y = net.Recurrent("layer", cell, x, 1, masked ? options with { StepMask = mask } : options with { Lengths = lengths }).Output;
        net.Output("y", y);
        return net;
    }

    private static Dictionary<string, NdArray> Run(bool masked, CellDefinition cell, RecurrentOptions options, double[]? x = null,
        int[]? lengths = null)
    {
        Graph program = Network(masked, cell, options, out _).Build();
        return Interpreter.Run(program, Given(program, x ?? X, lengths ?? Lengths));
    }

    private static Dictionary<string, NdArray> Given(Graph program, double[] x, int[] lengths) =>
        program.Inputs.ToDictionary(port => port.Name, port => port.Name switch
    {
        "x" => new NdArray([T, B, 1], x),
        "lengths" => new NdArray([B], [.. lengths.Select(length => (double)length)]),
        "layer.h0" => new NdArray(B, 1),
        "training" => NdArray.Scalar(1),
        var name => Filled(port, name.Split('.')[^1] switch
        {
            "W" => W,
            "U" => U,
            "b" => Bias,
            var last =>
                last.Contains("gain", StringComparison.Ordinal) ? Gain : last.Contains("variance", StringComparison.Ordinal) ? 1 : 0,
        }),
    });

    private static NdArray Filled(Port port, double value)
    {
        var array = new NdArray([.. port.Type.Dims.Select(dim => dim.Constant)]);
        Array.Fill(array.Data, value);
        return array;
    }
}
