using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>The results of composed layers, against layers on their own and plain arithmetic.</summary>
public class RecurrentLayerTests
{
    private const int T = 4, B = 3, X = 2, H = 3;

    private static readonly CellDefinition Cell = CellTracer.Trace(typeof(Gru));

    private static readonly NdArray Input = Drawn(1, T, B, X);

    [Test]
    public void Merges_are_plain_arithmetic_of_the_two_directions()
    {
        NdArray Merged(Merge merge) => Run((net, x) =>
            net.Recurrent("layer", Cell, x, net.Size("H", H), new RecurrentOptions { Direction = Direction.Both, Merge = merge }).Output);
        double[] forward = Apart(0).Data, backward = Apart(1).Data;
        Assert.That(Merged(Merge.Sum).Data, Is.EqualTo(forward.Zip(backward, (a, b) => a + b)).Within(1e-15));
        Assert.That(Merged(Merge.Product).Data, Is.EqualTo(forward.Zip(backward, (a, b) => a * b)).Within(1e-15));
        Assert.That(Merged(Merge.Average).Data, Is.EqualTo(forward.Zip(backward, (a, b) => (a + b) / 2)).Within(1e-15));
        Assert.That(Merged(Merge.Concat).Data,
            Is.EqualTo(forward.Chunk(H).Zip(backward.Chunk(H), (a, b) => a.Concat(b)).SelectMany(row => row)).Within(1e-15));
        Assert.That(() => Merged(Merge.None), Throws.TypeOf<GraphException>().With.Message
            .EqualTo("The two directions of layer 'layer' stay apart (read Directions, or choose another merge)"));
    }

    // Time reversed, the forward layer computes what the backward layer computes.
    [Test]
    public void Backward_is_forward_over_time_reversed()
    {
        NdArray forward =
            Run((net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H), new RecurrentOptions()).Output, Reversed(Input));
        NdArray backward = Run(
            (net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H), new RecurrentOptions { Direction = Direction.Backward }).Output);
        Assert.That(Reversed(backward).Data, Is.EqualTo(forward.Data).Within(1e-15));
    }

    [TestCase(Direction.Forward, T - 1)]
    [TestCase(Direction.Backward, 0)]
    public void The_last_output_is_that_of_the_last_step(Direction direction, int step)
    {
        var options = new RecurrentOptions { Direction = direction };
        NdArray all = Run((net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H), options).Output);
        Assert.That(Run((net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H), options).Last).Data,
            Is.EqualTo(all.Data.Skip(step * B * H).Take(B * H)));
        Assert.That(Run((net, x) => net.Recurrent("layer", WithOutput, x, net.Size("H", H), options).Last).Data,
            Is.EqualTo(all.Data.Skip(step * B * H).Take(B * H).Select(h => 2 * h)).Within(1e-15));
    }

    [Test]
    public void A_last_output_that_is_no_state_is_refused_with_lengths()
    {
        Assert.That(() => Run((net, x) =>
        {
            net.Lengths("lengths", "B");
            return net.Recurrent("layer", WithOutput, x, net.Size("H", H), new RecurrentOptions()).Last;
        }), Throws.TypeOf<GraphException>().With.Message.Contains("is not known, because rows end at different steps"));
    }

    [Test]
    public void Batch_major_and_unbatched_input_give_the_same()
    {
        NdArray wanted = Run((net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H)));
        var net = new NetworkBuilder("BatchMajor");
        net.Output("y",
            net.SwapBatchAndTime(net.Recurrent("layer", Cell, net.SwapBatchAndTime(net.Input("x", "B", "T", X)), net.Size("H", H))));
        Assert.That(Swapped(Run(net, Swapped(Input))).Data, Is.EqualTo(wanted.Data));

        var one = new NetworkBuilder("Unbatched");
        one.Output("y", one.DropBatch(one.Recurrent("layer", Cell, one.AddBatch(one.Input("x", "T", X)), one.Size("H", H))));
        var row = new NdArray([T, X], [.. Enumerable.Range(0, T).SelectMany(t => Input.Data.Skip(((t * B) + 1) * X).Take(X))]);
        Assert.That(Run(one, row).Data,
            Is.EqualTo(Enumerable.Range(0, T).SelectMany(t => wanted.Data.Skip(((t * B) + 1) * H).Take(H))).Within(1e-15));
    }

    [Test]
    public void A_mask_of_ones_in_front_is_a_length()
    {
        var mask = new NdArray([T, B, 1]);
        int[] lengths = [2, 4, 0];
        for (int i = 0; i < mask.Length; i++)
            mask.Data[i] = i / B < lengths[i % B] ? 1 : 0;
        NdArray masked = Run((net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H),
            new RecurrentOptions { StepMask = net.Input("mask", "T", "B", 1) }).Last, more: ("mask", mask));
        NdArray limited = Run((net, x) =>
        {
            net.Lengths("lengths", "B");
            return net.Recurrent("layer", Cell, x, net.Size("H", H), new RecurrentOptions()).Last;
        }, more: ("lengths", new NdArray([B], [.. lengths.Select(length => (double)length)])));
        Assert.That(masked.Data, Is.EqualTo(limited.Data).Within(1e-15));
        Assert.That(masked.Data[^H..], Is.All.Zero);
    }

    [Test]
    public void Trained_starts_are_parameters_that_learn()
    {
        var net = new NetworkBuilder("Started");
        RecurrentLayer layer =
            net.Recurrent("layer", Cell, net.Input("x", "T", "B", X), net.Size("H", H), new RecurrentOptions { TrainedStart = true });
        net.Output("loss", Loss.MeanSquaredError(layer.Output, net.Input("target", "T", "B", "H")));
        using var model = new Model(net);
        Assert.That(model.Program.Inputs.Single(port => port.Name == "layer.h0"),
            Is.EqualTo(new Port("layer.h0", new TensorType(ElementType.F32, "H"), PortRole.Parameter, "zeros")));
        using var trainer = new Trainer(model, T, B);
        trainer.Input("x").Set(Input.Data);
        trainer.Input("target").Set(Drawn(3, T, B, H).Data);
        trainer.Step();
        Assert.That(model.Parameters["layer.h0"].Read<float>().ToArray(), Has.None.Zero);
    }

    [Test]
    public void Skips_projections_and_shortcuts_have_the_widths_they_say()
    {
        string Width(StackOptions options)
        {
            var net = new NetworkBuilder("Widths");
            return net.Stack("layer", Cell, net.Input("x", "T", "B", X), 3, net.Size("H", H), options).Type.ToString();
        }

        Assert.That(Width(new StackOptions()), Is.EqualTo("f32[T, B, H]"));
        Assert.That(Width(new StackOptions { Skip = Skip.Residual }), Is.EqualTo("f32[T, B, H]"));
        Assert.That(Width(new StackOptions { Skip = Skip.Dense }), Is.EqualTo("f32[T, B, 3H + 2]"));
        Assert.That(Width(new StackOptions { Shortcut = true }), Is.EqualTo("f32[T, B, H + 2]"));
        Assert.That(Width(new StackOptions { Projection = 5, Layer = new RecurrentOptions { Direction = Direction.Both } }),
            Is.EqualTo("f32[T, B, 5]"));
    }

    [Test]
    public void A_residual_stack_adds_what_it_reads()
    {
        NdArray first = Run((net, x) => net.Stack("layer", Cell, x, 1, 2, new StackOptions())),
            residual = Run((net, x) => net.Stack("layer", Cell, x, 1, 2, new StackOptions { Skip = Skip.Residual }));
        Assert.That(residual.Data, Is.EqualTo(first.Data.Zip(Input.Data, (y, x) => y + x)).Within(1e-15));
    }

    [Test]
    public void A_value_of_parameters_alone_is_given_out_for_every_step() =>
        Assert.That(Run((net, x) => net.Recurrent("layer", WithFixedOutput, x, net.Size("H", H))).Data,
            Is.EqualTo(Enumerable.Repeat(Math.Tanh(1), T * H)).Within(1e-15));

    [TestCase(-1)]
    [TestCase(T + 1)]
    public void A_length_out_of_range_is_named(int wrong)
    {
        foreach (Device backend in new[] { Device.Cpu, Device.Interpreter })
        {
            var net = new NetworkBuilder("Wrong");
            net.Lengths("lengths", "B");
            net.Output("y", net.Recurrent("layer", Cell, net.Input("x", "T", "B", X), net.Size("H", H)));
            using var model = new Model(net, new ModelOptions { Device = backend });
            using Session session = model.Open(new SessionOptions { Steps = T, Batch = B });
            session.Set("lengths", new NdArray([B], [T, wrong, 0]));
            Assert.That(session.Run, Throws.ArgumentException.With.Message.EqualTo(
                $"'lengths' holds {wrong} for row 1, wanted 0 to 4, the number of steps (correct the length or give more steps)"));
            Assert.That(() => session.Set("lengths", new NdArray([2])),
                Throws.TypeOf<GraphException>().With.Message.EqualTo("'lengths' was given [2] but i32[B] wants [3] (give that shape)"));
            Assert.That(() => session.Set("x", new NdArray([B, T, X])), Throws.TypeOf<GraphException>().With.Message
                .EqualTo("'x' was given [3, 4, 2] but f32[T, B, 2] wants [4, 3, 2] (give that shape)"));
        }
    }

    [Test]
    public void Steps_of_rows_want_a_sequence_of_those_rows()
    {
        var net = new NetworkBuilder("Wrong");
        Indices lengths = net.Lengths("lengths", "B");
        Assert.That(() => net.StepsOf(lengths, net.Input("x", "B", "T", X)), Throws.TypeOf<GraphException>()
            .With.Message
                .EqualTo("The steps of rows are counted from lengths i32[B] for a sequence f32[B, T, 2] (give i32[B] and [T, B, …])").And
                .Property("Id").EqualTo("RNNJ143"));
    }

    // y = 2 h' beside the state.
    private static CellDefinition WithOutput
    {
        get
        {
            var builder = new GraphBuilder();
            Value[] inputs = Cell.Step.Inputs.Select(port => builder.Input(port.Name, port.Type, port.Role, port.Init)).ToArray();
            Value next = builder.Inline(Cell.Step, inputs)[Cell.Step.Outputs[0].Value];
            return new CellDefinition(builder.Build("cell", "Doubled", [("h", next, OutputRole.Next), ("y", 2 * next, OutputRole.Result)]));
        }
    }

    // y = tanh b beside the state.
    private static CellDefinition WithFixedOutput
    {
        get
        {
            var builder = new GraphBuilder();
            Value x = builder.Input("x", F32("B", "X"), PortRole.Input), h = builder.Input("h", F32("B", "H"), PortRole.State),
                b = builder.Input("b", F32("H"), PortRole.Parameter, "ones");
            return new CellDefinition(builder.Build("cell", "Fixed",
                [("h", h + Rnn.Max(Rnn.Maximum(x), 0), OutputRole.Next), ("y", Rnn.Tanh(b), OutputRole.Result)]));
        }
    }

    private static TensorType F32(params Dim[] dims) => new(ElementType.F32, dims);

    private static NdArray Apart(int direction) =>
        Run((net, x) => net.Recurrent("layer", Cell, x, net.Size("H", H),
            new RecurrentOptions { Direction = Direction.Both, Merge = Merge.None }).Directions[direction]);

    private static NdArray Run(Func<NetworkBuilder, Value, Value> build, NdArray? input = null, params (string Name, NdArray Value)[] more)
    {
        var net = new NetworkBuilder("Test");
        net.Output("y", build(net, net.Input("x", "T", "B", X)));
        return Run(net, input ?? Input, more);
    }

    private static NdArray Run(NetworkBuilder net, NdArray input, params (string Name, NdArray Value)[] more)
    {
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64, Seed = 3 });
        var inputs = more.ToDictionary(pair => pair.Name, pair => pair.Value);
        inputs["x"] = input;
        return model.Run(inputs);
    }

    private static NdArray Drawn(int seed, params int[] shape)
    {
        var random = new Random(seed);
        return new NdArray(shape, [.. Enumerable.Range(0, NdArray.Size(shape)).Select(_ => random.NextDouble() - 0.5)]);
    }

    private static NdArray Reversed(NdArray x)
    {
        int step = x.Length / x.Shape[0];
        return new NdArray(x.Shape, [.. x.Data.Chunk(step).Reverse().SelectMany(row => row)]);
    }

    private static NdArray Swapped(NdArray x)
    {
        int width = x.Shape[2];
        return new NdArray([x.Shape[1], x.Shape[0], width], [.. Enumerable.Range(0, x.Shape[1])
            .SelectMany(b => Enumerable.Range(0, x.Shape[0]).SelectMany(t => x.Data.Skip(((t * x.Shape[1]) + b) * width).Take(width)))]);
    }
}
