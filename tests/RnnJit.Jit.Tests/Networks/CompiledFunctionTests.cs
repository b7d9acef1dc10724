using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Networks;

/// <summary>Functions on any axis, compiled, at sizes that no vector divides; none is left to the interpreter.</summary>
public class CompiledFunctionTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 7, ["B"] = 9, ["C"] = 11, ["V"] = 10 };

    private static readonly Dictionary<string, Func<GraphBuilder, Value>> Functions = new()
    {
        ["sums over each axis"] = b =>
            Of(b, x => (Rnn.Sum(x, 0) + Rnn.Mean(x, 1) + Rnn.Sum(x, 2) + Rnn.Sum(x, 0, 2) + Rnn.Mean(x, 1, -1)) * x),
        ["maxima over each axis"] = b => Of(b, x => (Rnn.Maximum(x, 0) + Rnn.Maximum(x, 1) + Rnn.Maximum(x, 2) + Rnn.Maximum(x, 0, 2)) * x),
        ["softmax over each axis"] = b => Of(b, x => Rnn.Softmax(x, 0) * Rnn.Softmax(x, 1) * Rnn.LogSumExp(x, 0) * Rnn.LogSumExp(x, -1)),
        ["slices and joins"] = b => Of(
            b, x => Rnn.Concat(0, Rnn.Slice(x, 0, "T", 1), Rnn.Slice(x, 0, 0, "T")) * x * Rnn.Slice(x, 2, 0, 1), time: "T + 1"),
        ["reshape and transpose"] = b => Of(b, x => Rnn.Reshape(Rnn.Transpose(x, 2, 0, 1) * 2, "C", "T", "B") * Rnn.Transpose(x, -1, 0, 1)),
        ["clip"] = b => Of(b, x => Rnn.Clip(x, -0.25, 0.5) * x),
        ["windows, same"] = b => Of(b, x => Rnn.Windows(x, 0, 4) * 0.5),
        ["windows, causal, over the batch"] = b => Of(b, x => Rnn.Windows(x, 1, 3, ConvolutionPadding.Causal)),
        ["windows, valid"] = b => Of(b, x => Rnn.Windows(x, 0, 3, ConvolutionPadding.Valid), time: "T + 2"),
        ["mean over time"] = b => Of(b, x => Rnn.MeanOverTime(x, Integers(b, "lengths", "B"))),
        ["maximum over time"] = b => Of(b, x => Rnn.MaxOverTime(x, Integers(b, "lengths", "B"))),
        ["argmax"] = b => Of(b, x => Rnn.Gather(new Matrix(Real(b, "w", "C", "V")), Rnn.ArgMax(x)) * Rnn.Sum(x)),
        ["argmax over time"] = b => Of(b, x => Rnn.Gather(new Matrix(Real(b, "w", "T", "V")), Rnn.ArgMax(x, 0))),
    };

    private static IEnumerable<string> Names => Functions.Keys;

    [TestCaseSource(nameof(Names))]
    public void Compiled_agrees_with_the_oracle_without_interpretation(string name)
    {
        var builder = new GraphBuilder();
        Graph program = builder.Build("program", name, [("loss", Functions[name](builder), OutputRole.Result)]);
        ProgramContract.Check(program, Sizes, Draw(program, Sizes));
    }

    // Inside the loop, with and without lengths, which end rows one by one.
    [Test]
    public void A_step_has_functions_on_any_axis([Values] bool hasLengths)
    {
        CellDefinition cell = CellTracer.Trace(typeof(Grouped));
        var sizes = new Dictionary<string, int>(Sizes) { ["K"] = 3, ["X"] = 5, ["E"] = 2 };
        var builder = new GraphBuilder();
        var inputs = new Dictionary<string, Value> { ["x"] = Real(builder, "x", "T", "B", "X"), ["h"] = Real(builder, "h", "B", "4K") };
        foreach (Port port in cell.Parameters)
            inputs[port.Name] = builder.Input(port.Name, port.Type);
        Value? lengths = hasLengths ? Integers(builder, "lengths", "B").Tensor : null;
        var (_, sequences) = CellScan.Apply(builder, cell, inputs, "T", reverse: false, lengths);
        Value y = sequences[cell.LayerOutput.Name];
        Graph program = builder.Build("program", "Grouped", [("loss", Rnn.Total(y * y), OutputRole.Result)]);
        ProgramContract.Check(program, sizes, Draw(program, sizes), single: 1e-4);
    }

    // What a step itself chooses and gathers; forwards only with lengths, since rows of a table are then added to by rows that end.
    [Test]
    public void A_step_gathers_what_it_chose([Values] bool hasLengths)
    {
        var sizes = new Dictionary<string, int>(Sizes) { ["H"] = 5 };
        var builder = new GraphBuilder();
        CellDefinition cell = CellTracer.Trace(typeof(Choosing));
        var inputs = new Dictionary<string, Value>
        {
            ["x"] = Real(builder, "x", "T", "B", "H"), ["h"] = Real(builder, "h", "B", "H"), ["table"] = Real(builder, "table", "H", "H"),
        };
        Value? lengths = hasLengths ? Integers(builder, "lengths", "B").Tensor : null;
        var (_, sequences) = CellScan.Apply(builder, cell, inputs, "T", reverse: false, lengths);
        Graph program = builder.Build("program", "Choosing", [("y", sequences[cell.LayerOutput.Name], OutputRole.Result)]);
        Dictionary<string, NdArray> data = Draw(program, sizes);
        using Executable executable = CellProgram.Create(program, sizes, threads: 2, ElementType.F64);
        Assert.That(executable.Interpreted(), Is.Empty);
        NdArray found = CellProgram.Run(executable, data)["y"];
        Assert.That(found.Data, Is.EqualTo(Interpreter.Run(program, data, sizes)["y"].Data).Within(1e-12));
    }

    private static class Choosing
    {
        public static Value Step(Value x, Value h, [Dims("H", "H")] Matrix table) => 0.5 * h + Rnn.Gather(table, Rnn.ArgMax(x + h));
    }

    private static class Grouped
    {
        public static Value Step(Value x, [Dims("4K")] Value h, [Dims("4K", "X")] Matrix W, Matrix U, Vector b,
            [Dims("4K", "E")] Matrix table)
        {
            Value a = 2 * W * x + U / 4 * h + b * b - 1;
            Value groups = Rnn.Softmax(Rnn.Reshape(a, "B", 4, "K"), 1) * (1 + Rnn.Maximum(Rnn.Reshape(h, "B", 4, "K"), 2));
            Value mixed = Rnn.Reshape(groups, "B", "4K"), chosen = Rnn.Mean(Rnn.Transposed(table) * Rnn.OneHot(Rnn.ArgMax(a), "4K"), -1);
            Value turned = Rnn.Concat(1, Rnn.Slice(h, 1, "K", "3K"), Rnn.Slice(h, 1, 0, "K"));
            return Rnn.Tanh(Rnn.Clip(mixed + turned, -2, 2) + chosen);
        }
    }

    // y[t] = Σⱼ Wⱼ x[t + j − 1] + b, two channels in, one out, worked by hand.
    [Test]
    public void A_convolution_over_time_is_its_sum_of_shifted_steps()
    {
        var net = new NetworkBuilder("Convolution");
        net.Output("y", net.Convolution("conv", net.Input("x", "T", "B", 2), 1, width: 3));
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
        Assert.That(model.Parameters["conv.W"].Shape, Is.EqualTo(new[] { 1, 6 }));
        double[] w = [1, 2, 3, 4, 5, 6], x = [1, 0, 2, -1, 0, 3, 1, 1];
        model.Parameters["conv.W"].Set(w);
        model.Parameters["conv.b"].Set([0.5]);
        double[] wanted = [.. Enumerable.Range(0, 4).Select(t => 0.5 + Enumerable.Range(0, 3).Where(j => t + j - 1 is >= 0 and < 4)
            .Sum(j => (w[2 * j] * x[2 * (t + j - 1)]) + (w[(2 * j) + 1] * x[(2 * (t + j - 1)) + 1])))];
        NdArray found = model.Run(new Dictionary<string, NdArray> { ["x"] = new([4, 1, 2], x) });
        Assert.That(found.Shape, Is.EqualTo(new[] { 4, 1, 1 }));
        Assert.That(found.Data, Is.EqualTo(wanted).Within(1e-13));
    }

    [Test]
    public void A_convolution_without_padding_is_shorter_than_its_input()
    {
        var net = new NetworkBuilder("Convolution");
        net.Output("y", net.Convolution("conv", net.Input("x", "T + 2", "B", 2), 4, width: 3, ConvolutionPadding.Valid));
        using var model = new Model(net);
        Assert.That(model.Run(new Dictionary<string, NdArray> { ["x"] = new(7, 2, 2) }).Shape, Is.EqualTo(new[] { 5, 2, 4 }));
        Assert.That(
            () => model.Run(new Dictionary<string, NdArray> { ["x"] = new(2, 2, 2) }),
            Throws.TypeOf<GraphException>().With.Message.EqualTo("'x' has shape [2, 2, 2] but f32[T + 2, B, 2] wants [T + 2, B = 2, 2] "
                + "(give that shape)"));
    }

    // 3 × 3 windows of an image are windows of windows; the kernel of ones adds what lies around a pixel.
    [Test]
    public void A_convolution_of_images_is_one_of_windows_of_windows()
    {
        var net = new NetworkBuilder("Images");
        Value windows = Rnn.Windows(Rnn.Windows(net.Input("x", "B", 4, 5, 1), 1, 3), 2, 3);
        net.Output("y", net.Dense("conv", windows, 1, init: "ones"));
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
        double[] image = [.. Enumerable.Range(0, 20).Select(i => (double)(i * i % 7))];
        double Pixel(int row, int column) => row is >= 0 and < 4 && column is >= 0 and < 5 ? image[(row * 5) + column] : 0;
        double[] wanted = [.. Enumerable.Range(0, 20).Select(i =>
            Enumerable.Range(0, 9).Sum(j => Pixel((i / 5) + (j / 3) - 1, (i % 5) + (j % 3) - 1)))];
        NdArray found = model.Run(new Dictionary<string, NdArray> { ["x"] = new([1, 4, 5, 1], image) });
        Assert.That(found.Data, Is.EqualTo(wanted).Within(1e-13));
    }

    private static Value Of(GraphBuilder builder, Func<Value, Value> function, string time = "T")
    {
        Value y = function(Real(builder, "x", time, "B", "C"));
        return Rnn.Total(y * y * builder.Constant(0.5));
    }

    private static Value Real(GraphBuilder builder, string name, params Dim[] dims) =>
        builder.Input(name, new TensorType(ElementType.F32, dims));

    private static Indices Integers(GraphBuilder builder, string name, params Dim[] dims) =>
        new(builder.Input(name, new TensorType(ElementType.I32, dims)));

    // Numbers that float32 holds exactly; lengths from 0 to T.
    private static Dictionary<string, NdArray> Draw(Graph program, Dictionary<string, int> sizes)
    {
        var random = new Random(11);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray());
            for (int i = 0; i < array.Length; i++)
                array.Data[i] = port.Type.IsReal ? (float)((random.NextDouble() * 2) - 1) : i % (sizes["T"] + 1);
            return array;
        });
    }
}
