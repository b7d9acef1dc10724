using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Tests.Networks;

/// <summary>Sessions that are given values of the Program: a decoder runs step by step from what an encoder computed.</summary>
public class ProgramCutTests
{
    private const int Source = 4, Target = 5, Rows = 3, Hidden = 6, Words = 7;

    // The whole network decodes all steps at once; the cut one does them one by one.
    [TestCase(ElementType.F64)]
    [TestCase(ElementType.F32)]
    public void A_decoder_that_is_given_memory_and_start_states_takes_the_steps_of_the_whole(ElementType precision)
    {
        using Model model = new(Translator(), new ModelOptions { Precision = precision });
        using Session whole = model.Open(new SessionOptions
        {
            Steps = Source, Batch = Rows, Sizes = new Dictionary<string, int> { ["S"] = Target }, Results = ["logits", "attention"],
        });
        var random = new Random(3);
        NdArray x = Codes(random, Source), y = Codes(random, Target);
        whole.Set("x", x);
        whole.Set("y", y);
        whole.Run();

        var one = new Dictionary<string, int> { ["S"] = 1 };
        using Session encoder =
            model.Open(new SessionOptions { Steps = Source, Batch = Rows, Results = ["memory", "decoder.h0"], Sizes = one });
        using Session decoder = model.Open(new SessionOptions
        {
            Steps = Source,
            Batch = Rows,
            Sizes = one,
            Given = ["memory", "decoder.h0"],
            Results = ["logits", "attention"],
            CarryState = true,
        });
        Assert.That(encoder.Program.Inputs.Select(port => port.Name), Has.None.EqualTo("y"));
        Assert.That(decoder.Program.Inputs.Select(port => port.Name), Has.None.EqualTo("x"));
        Assert.That(decoder.State.Names, Is.EqualTo(new[] { "decoder.h0" }));
        encoder.Set("x", x);
        encoder.Run();
        decoder.Input("memory").CopyFrom(encoder.Output("memory"));
        decoder.State["decoder.h0"].CopyFrom(encoder.Output("decoder.h0"));
        for (int step = 0; step < Target; step++)
        {
            decoder.Set("y", new NdArray([1, Rows], y.Data[(step * Rows)..((step + 1) * Rows)]));
            decoder.Run();
            foreach (string name in (string[])["logits", "attention"])
            {
                double[] all = whole.Output(name).ToNdArray().Data, found = decoder.Output(name).ToNdArray().Data;
                double[] wanted = all[(step * found.Length)..((step + 1) * found.Length)];
                Assert.That(found, Is.EqualTo(wanted).Within(precision == ElementType.F64 ? 1e-14 : 1e-6), $"{name}, step {step}");
            }
        }
    }

    // A stream steps along S of the decoder, whose memory has T places.
    [Test]
    public void A_decoder_streams_from_a_memory_and_a_start_state_that_are_given()
    {
        using Model model = new(Translator());
        using Session whole = model.Open(new SessionOptions
        {
            Steps = Source, Sizes = new Dictionary<string, int> { ["S"] = Target }, Results = ["logits", "memory", "decoder.h0"],
        });
        NdArray x = new([Source, 1], [1, 5, 2, 6]), y = new([Target, 1], [0, 3, 4, 1, 2]);
        whole.Set("x", x);
        whole.Set("y", y);
        whole.Run();
        using var streaming = new StreamingModel(model,
            new SessionOptions { Steps = Source, Given = ["memory", "decoder.h0"], Results = ["logits"] }, time: "S");
        using StreamState state = streaming.NewState();
        state["decoder.h0"].CopyFrom(whole.Output("decoder.h0"));
        state.Input("memory").CopyFrom(whole.Output("memory"));
        var logits = new float[Words];
        for (int step = 0; step < Target; step++)
        {
            streaming.Step([(int)y.Data[step]], state, logits);
            Assert.That(logits, Is.EqualTo(whole.Output("logits").Read<float>().Slice(step * Words, Words).ToArray()).Within(1e-6),
                $"step {step}");
        }
    }

    [Test]
    public void A_trained_start_state_can_be_given_too()
    {
        var net = new NetworkBuilder("Trained");
        net.Output("y", net.Recurrent("layer", CellRegistry.Find(typeof(Elman)), net.Input("x", "T", "B", 2), net.Size("H", 3),
            new RecurrentOptions { TrainedStart = true }));
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
        model.Parameters["layer.h0"].Set([0.3, -0.2, 0.1]);
        using Session whole = model.Open(new SessionOptions { Steps = 2 });
        using Session step = model.Open(new SessionOptions { Given = ["layer.h.start0"], CarryState = true });
        var x = new NdArray([2, 1, 2], [0.5, -1, 2, 0.25]);
        whole.Set("x", x);
        whole.Run();
        step.State["layer.h.start0"].Set([0.3, -0.2, 0.1]);
        for (int t = 0; t < 2; t++)
        {
            step.Set("x", new NdArray([1, 1, 2], x.Data[(2 * t)..(2 * t + 2)]));
            step.Run();
            Assert.That(step.Output("y").ToNdArray().Data,
                Is.EqualTo(whole.Output("y").ToNdArray().Data[(3 * t)..(3 * t + 3)]).Within(1e-15));
        }
    }

    [Test]
    public void States_that_no_result_reads_are_left_out()
    {
        var net = new NetworkBuilder("Two");
        CellDefinition cell = CellRegistry.Find(typeof(Gru));
        Value x = net.Input("x", "T", "B", 2);
        Value lower = net.Named("lower", net.Recurrent("a", cell, x, net.Size("H", 3)));
        net.Output("y", net.Recurrent("b", cell, lower, net.Size("H", 3)));
        using var model = new Model(net);
        using Session upper = model.Open(new SessionOptions { Given = ["lower"] });
        Assert.That(upper.State.Names, Is.EqualTo(new[] { "b.h0" }));
        using Session all = model.Open(new SessionOptions());
        Assert.That(all.State.Names, Is.EqualTo(new[] { "a.h0", "b.h0" }));
    }

    // y reads s; the next s reads t; u feeds nobody.
    [Test]
    public void States_that_the_next_value_of_a_state_reads_stay()
    {
        var builder = new GraphBuilder();
        var type = new TensorType(ElementType.F32, "B", 2);
        Value x = builder.Input("x", type);
        Value s = builder.Input("s0", type, PortRole.State), t = builder.Input("t0", type, PortRole.State),
            u = builder.Input("u0", type, PortRole.State);
        Value given = 2 * x;
        Graph program = builder.Build("program", "Chained",
        [
            ("y", s + given, OutputRole.Result), ("given", given, OutputRole.Result),
            ("s", s + t, OutputRole.Next), ("t", 3 * t, OutputRole.Next), ("u", u + x, OutputRole.Next),
        ]);
        Graph cut = ProgramCut.Run(program, ["given"], ["y"]);
        Assert.That(cut.Inputs.Select(port => port.Name), Is.EqualTo(new[] { "s0", "t0", "given" }));
        Assert.That(cut.Outputs.Select(output => output.Name), Is.EqualTo(new[] { "y", "s", "t" }));
    }

    [Test]
    public void What_cannot_be_given_gets_a_sentence()
    {
        using Model model = new(Translator());
        string Message(SessionOptions options) => Assert.Catch(() => model.Open(options))!.Message;
        Assert.That(Message(new SessionOptions { Given = ["memroy"] }),
            Does.Contain("'memroy' is no output of 'Translator' (found: logits, loss, memory, attention"));
        Assert.That(Message(new SessionOptions { Given = ["memory"], Results = ["memory"] }),
            Does.Contain("'memory' of 'Translator' is given and wanted as a result"));
        Assert.That(Message(new SessionOptions { Sizes = new Dictionary<string, int> { ["T"] = 3 } }),
            Does.Contain("'Sizes' gives T, which Steps gives (leave it out)"));
        Assert.That(Message(new SessionOptions { Sizes = new Dictionary<string, int> { ["S"] = 0 } }),
            Does.Contain("'Sizes' gives S = 0, wanted at least 1"));
        Assert.That(Message(new SessionOptions()), Does.Contain("S"), "a size is missing");
        var net = new NetworkBuilder("Twice");
        Value x = net.Input("x", "T", "B", 2);
        Assert.That(() => net.Named("x", x), Throws.TypeOf<GraphException>().With.Message.Contains("'x' is declared twice"));
    }

    [Test]
    public void A_state_is_found_by_name_and_its_rows_are_reordered_and_reset()
    {
        var net = new NetworkBuilder("Rows");
        net.Output("y", net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", 2), net.Size("H", 2)));
        using var model = new Model(net);
        using Session session = model.Open(new SessionOptions { Batch = 3 });
        session.State["layer.h0"].Set([1, 2, 3, 4, 5, 6]);
        session.State["layer.c0"].Set([10, 20, 30, 40, 50, 60]);
        session.State.Reorder([2, 0, 2]);
        Assert.That(session.State["layer.h0"].ToNdArray().Data, Is.EqualTo(new double[] { 5, 6, 1, 2, 5, 6 }));
        Assert.That(session.State["layer.c0"].ToNdArray().Data, Is.EqualTo(new double[] { 50, 60, 10, 20, 50, 60 }));
        Assert.That(() => session.State.Reorder([0, 1]),
            Throws.ArgumentException.With.Message.EqualTo("2 rows are given for a batch of 3 (give one for each row of the batch)"));
        Assert.That(() => session.State.Reorder([0, 1, 3]),
            Throws.ArgumentException.With.Message.EqualTo("Row 3 is named, wanted 0 to 2 (name rows of the batch)"));
        Assert.That(session.State["layer.h0"].ToNdArray().Data[0], Is.EqualTo(5), "nothing changed");
        session.State.Reset(1);
        Assert.That(session.State["layer.h0"].ToNdArray().Data, Is.EqualTo(new double[] { 5, 6, 0, 0, 5, 6 }));
        Assert.That(session.State["layer.c0"].ToNdArray().Data, Is.EqualTo(new double[] { 50, 60, 0, 0, 50, 60 }));
        Assert.That(() => session.State.Reset(3),
            Throws.ArgumentException.With.Message.EqualTo("Row 3 is named, wanted 0 to 2 (name rows of the batch)"));
        Assert.That(() => session.State["layer.h"],
            Throws.TypeOf<UnknownNameException>().With.Message.Contains("its states are layer.h0, layer.c0"));
        session.Run();
        Assert.That(session.State.Final("layer.c0").Length, Is.EqualTo(6));
    }

    internal static NetworkBuilder Translator()
    {
        var net = new NetworkBuilder("Translator");
        Indices x = net.Indices("x", "T", "B"), y = net.Indices("y", "S", "B");
        Dim words = net.Size("V", Words), hidden = net.Size("H", Hidden);
        RecurrentLayer encoder = net.Recurrent("encoder", CellRegistry.Find(typeof(Gru)),
            net.Embedding("source", x, words, net.Size("E", 4)), hidden, new RecurrentOptions());
        Value memory = net.Named("memory", net.SwapBatchAndTime(encoder));
        RecurrentLayer decoder = net.Recurrent("decoder", CellRegistry.Find(typeof(BahdanauDecoder)),
            net.Embedding("target", y, words, net.Size("E", 4)), hidden, new RecurrentOptions
            {
                Dims = new Dictionary<string, Dim> { ["A"] = net.Size("A", 5) },
                Given = new Dictionary<string, Value>
                {
                    ["h"] = Rnn.Tanh(net.Dense("bridge", encoder.Last, hidden)),
                    ["memory"] = memory,
                    ["mask"] = net.Graph.Add(new RnnJit.Ops.BroadcastOp(["B", "T"]), net.Graph.Constant(1)),
                },
            });
        Value logits = net.Output("logits", net.Dense("head", decoder, words));
        net.Named("attention", decoder.Sequences["a"]);
        net.Output("loss", Rnn.TotalMean(logits * logits));
        return net;
    }

    private static NdArray Codes(Random random, int steps) =>
        new([steps, Rows], [.. Enumerable.Range(0, steps * Rows).Select(_ => (double)random.Next(Words))]);
}
