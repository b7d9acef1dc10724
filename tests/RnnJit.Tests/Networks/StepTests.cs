using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Tests.Networks;

/// <summary>Steps of models and sessions give what one run over the sequence gives, or one sentence.</summary>
public class StepTests
{
    [Test]
    public void A_step_of_a_model_with_lengths_is_refused()
    {
        using Model model = Net(lengths: true);
        Assert.That(() => model.Step(1), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "'N' cannot be streamed: rows have lengths (drop them: a stream ends when no step follows)"));
    }

    [Test]
    public void A_step_of_a_model_with_a_layer_that_runs_backwards_is_refused()
    {
        using Model model = Net(new RecurrentOptions { Direction = Direction.Both });
        Assert.That(() => model.Step(1), Throws.TypeOf<GraphException>().With.Message.Contains("a layer runs backwards in time"));
        using Session carrying = model.Open(new SessionOptions { CarryState = true });
        Assert.That(() => carrying.Step(1), Throws.TypeOf<GraphException>().With.Message.Contains("a layer runs backwards in time"));

        // A whole sequence is no step of one.
        using Session whole = model.Open(new SessionOptions());
        Assert.That(() => whole.Step(1), Throws.Nothing);
    }

    [Test]
    public void A_step_of_a_model_whose_start_is_trained_is_refused_where_each_would_begin_anew()
    {
        using Model model = Net(new RecurrentOptions { TrainedStart = true });
        Assert.That(() => model.Step(1), Throws.TypeOf<GraphException>().With.Message.Contains("a layer begins with values of its own"));
        using var streaming = new StreamingModel(model);
        using StreamState stream = streaming.NewState();
        Assert.That(() => streaming.Step(1, stream, new float[6]), Throws.Nothing);
    }

    [Test]
    public void A_step_that_can_be_made_gives_the_run()
    {
        using Model model = Net();
        NdArray whole = model.Run(new Dictionary<string, NdArray> { ["x"] = new NdArray([3, 1], [1, 2, 3]) });
        double[] steps = [.. Enumerable.Range(1, 3).SelectMany(code => model.Step(code).ToNdArray().Data)];
        Assert.That(steps, Is.EqualTo(whole.Data).Within(1e-6));
        Assert.That(steps.Distinct().Count(), Is.GreaterThan(6));
    }

    [Test]
    public void Lengths_that_nobody_filled_are_refused_and_zeros_that_somebody_wrote_are_not()
    {
        using Model model = Net(lengths: true);
        using Session session = model.Open(new SessionOptions { Steps = 2 });
        session.Input("x").Write<int>().Fill(3);
        Assert.That(session.Run, Throws.ArgumentException.With.Message.EqualTo(
            "'lengths' was never filled, wanted the number of steps of each row, 0 to 2 (fill lengths before the run)"));
        session.Input("lengths").Clear();
        Assert.That(session.Run, Throws.Nothing);
        session.Input("lengths").Write<int>().Fill(2);
        session.Run();
        Assert.That(session.Output("o").ToNdArray().Data, Is.EqualTo(model.Run(new Dictionary<string, NdArray>
        {
            ["x"] = new NdArray([2, 1], [3, 3]), ["lengths"] = new NdArray([1], [2]),
        }).Data).Within(1e-6));
    }

    [Test]
    public void A_step_of_a_session_wants_its_other_inputs_filled()
    {
        using Model model = Net(lengths: true);
        using Session session = model.Open(new SessionOptions { CarryState = true });
        Assert.That(() => session.Step(3), Throws.ArgumentException.With.Message.EqualTo(
            "Step gives the first input of 'N' alone and 'lengths' was never filled (fill it before Step)"));
        session.Input("lengths").Write<int>().Fill(1);
        double[] steps = [.. new[] { 3, 4 }.SelectMany(code => session.Step(code).ToNdArray().Data)];
        Assert.That(steps, Is.EqualTo(model.Run(new Dictionary<string, NdArray>
        {
            ["x"] = new NdArray([2, 1], [3, 4]), ["lengths"] = new NdArray([1], [2]),
        }).Data).Within(1e-6));
    }

    [Test]
    public void A_second_input_of_each_step_is_named()
    {
        var net = new NetworkBuilder("Two");
        Value x = net.Input("x", "T", "B", 1), dt = net.Input("dt", "T", "B", 1);
        net.Output("y", net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), Rnn.Concat(x, dt), net.Size("H", 3)));
        using var model = new Model(net);
        Assert.That(() => model.Step([1f]), Throws.ArgumentException.With.Message.EqualTo(
            "Step gives one input and 'Two' reads 'dt' too (open a session with Open and fill its inputs, or use StreamingModel)"));
        using var streaming = new StreamingModel(model);
        using StreamState stream = streaming.NewState();
        Assert.That(() => streaming.Step([1f], stream, new float[3]), Throws.ArgumentException.With.Message.EqualTo(
            "Step(x, state, y) gives 'x' alone and the model reads 'dt' at each step too "
                + "(fill state.Input of each and use Step(state))"));
        stream.Input("x").Write<float>()[0] = 1;
        stream.Input("dt").Write<float>()[0] = 2;
        streaming.Step(stream);
        NdArray wanted = model.Run(new Dictionary<string, NdArray> { ["x"] = new([1, 1, 1], [1]), ["dt"] = new([1, 1, 1], [2]) });
        Assert.That(stream.Output("y").ToNdArray().Data, Is.EqualTo(wanted.Data).Within(1e-6));
    }

    [TestCase(1.7)]
    [TestCase(double.NaN)]
    [TestCase(1e12)]
    public void A_code_that_is_no_whole_number_is_refused(double code)
    {
        using Model model = Net();
        string sentence = FormattableString.Invariant(
            $"'x' holds {code} at place 1, wanted a whole number of 32 bits (round it, or correct the code)");
        Assert.That(() => model.Run(new Dictionary<string, NdArray> { ["x"] = new NdArray([2, 1], [1, code]) }),
            Throws.ArgumentException.With.Message.EqualTo(sentence));
        using Session session = model.Open(new SessionOptions { Steps = 2 });
        Assert.That(() => session.Set("x", new NdArray([2, 1], [1, code])), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => session.Input("x").Set([1, code]), Throws.ArgumentException.With.Message.Contains("The tensor holds"));
    }

    [Test]
    public void A_tensor_takes_values_of_its_own_shape_only()
    {
        using var states = new Tensor(ElementType.F32, 2, 3);
        using var turned = new Tensor(ElementType.F32, 3, 2);
        Assert.That(() => states.CopyFrom(turned),
            Throws.ArgumentException.With.Message.EqualTo("A tensor F32[2, 3] cannot take F32[3, 2] (use the same shape)"));
        using var flat = new Tensor(ElementType.F32, 6);
        Assert.That(() => states.CopyFrom(flat), Throws.ArgumentException.With.Message.Contains("F32[6]"));
    }

    [Test]
    public void Sizes_of_a_session_are_those_of_the_program()
    {
        using Model model = Net();
        SessionOptions With(string symbol, int size) => new() { Sizes = new Dictionary<string, int> { [symbol] = size } };
        Assert.That(() => model.Open(With("H", 3)), Throws.ArgumentException.With.Message.EqualTo(
            "'Sizes' gives H = 3, but 'layer.Wz' of 'N' was made with 8 (leave it out)"));
        Assert.That(() => model.Open(With("Steps", 3)), Throws.ArgumentException.With.Message.EqualTo(
            "'Sizes' gives Steps, which no dimension of 'N' has (found: B, C, E, H, T, V; Steps is T, Batch is B)"));
        Assert.That(() => new StreamingModel(model, With("Steps", 3)), Throws.ArgumentException.With.Message.Contains("no dimension"));
        Assert.That(() => model.Open(With("H", 8)).Dispose(), Throws.Nothing);
        Assert.That(() => model.Open(new SessionOptions { Given = null! }),
            Throws.ArgumentException.With.Message.EqualTo("'Given' is null, wanted names (leave it out)"));
    }

    private static Model Net(RecurrentOptions? options = null, bool lengths = false)
    {
        var net = new NetworkBuilder("N");
        Indices x = net.Indices("x", "T", "B");
        if (lengths)
            net.Lengths("lengths", "B");
        Value e = net.Embedding("e", x, net.Size("V", 6), net.Size("E", 4));
        RecurrentLayer layer = net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), e, net.Size("H", 8), options ?? new());
        net.Output("o", net.Dense("head", layer, net.Size("C", 6)));
        return new Model(net);
    }
}
