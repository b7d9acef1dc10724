using RnnJit.Cells;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Tests.Networks.Streaming;

public class StreamingModelTests
{
    [Test]
    public void A_stack_streams_the_bits_of_the_whole_sequence([Values(1, 4)] int batch, [Values] bool trainedStart)
    {
        using Model model = StreamSamples.Stacked(trainedStart: trainedStart);
        NdArray x = StreamSamples.Data(StreamSamples.Steps, batch, 3), whole = model.Run(new Dictionary<string, NdArray> { ["x"] = x });
        using var streaming = new StreamingModel(model, batch);
        using StreamState state = streaming.NewState();
        var y = new float[streaming.OutputLength];
        Assert.That((streaming.InputLength, streaming.OutputLength, streaming.StateNames.Count), Is.EqualTo((3 * batch, 2 * batch, 4)));
        for (int t = 0; t < StreamSamples.Steps; t++)
        {
            streaming.Step(StreamSamples.Floats(x.At(t)), state, y);
            Assert.That(y, Is.EqualTo(StreamSamples.Floats(whole.At(t))), $"step {t}");
        }

        Assert.That(state.Steps, Is.EqualTo(StreamSamples.Steps));
    }

    [Test]
    public void A_stream_beyond_an_array_is_refused_before_it_is_allocated()
    {
        Graph program = Parser.Parse("""
            program P
              input x: f32[T, B, H]
              %z = constant[0 : f32[B, H]]
              %h, %y = scan[T] x, %z {
                sequence x: f32[B, H]
                state h: f32[B, H]
                %0 = add x, h
                %1 = tanh %0
                next h = %1
                yield y = %1
              }
              return y = %y
            """);
        var options =
            new ExecutableOptions { Sizes = new Dictionary<string, int> { ["B"] = 20_000, ["H"] = 20_000 }, MemoryLimit = 1L << 40 };

        Assert.That(() => new StreamingModel(program, options),
            Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo("RNNJ207"));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_stream_without_elements_in_its_state_begins_and_ends(int units)
    {
        Graph program = Parser.Parse("""
            program P
              input x: f32[T, B, H - 1]
              %z = constant[0 : f32[B, H - 1]]
              %h, %y = scan[T] x, %z {
                sequence x: f32[B, H - 1]
                state h: f32[B, H - 1]
                %0 = add x, h
                %1 = tanh %0
                next h = %1
                yield y = %1
              }
              return y = %y
            """);
        using var model =
            new StreamingModel(program, new ExecutableOptions { Sizes = new Dictionary<string, int> { ["B"] = 1, ["H"] = units } });
        using StreamState state = model.NewState();
        var y = new float[units - 1];
        model.Step(new float[units - 1], state, y);
        state.Reset();
        state.Restore(state.Snapshot());

        Assert.That(state.Steps, Is.EqualTo(0));
    }

    [Test]
    public void Doubles_stream_too()
    {
        using Model model = StreamSamples.Stacked(ElementType.F64);
        NdArray x = StreamSamples.Data(StreamSamples.Steps, 1, 3), whole = model.Run(new Dictionary<string, NdArray> { ["x"] = x });
        using var streaming = new StreamingModel(model);
        using StreamState wide = streaming.NewState(), narrow = streaming.NewState();
        var y = new double[2];
        var rounded = new float[2];
        for (int t = 0; t < StreamSamples.Steps; t++)
        {
            streaming.Step(x.At(t).Data, wide, y);
            streaming.Step(StreamSamples.Floats(x.At(t)), narrow, rounded);
            Assert.That(y, Is.EqualTo(whole.At(t).Data), $"step {t}");
            Assert.That(rounded, Is.EqualTo(StreamSamples.Floats(whole.At(t))), "x is exact in float, so only y is rounded");
        }
    }

    [Test]
    public void Codes_go_through_embedding_layers_and_head()
    {
        using Model model = StreamSamples.Characters();
        int[] codes = [3, 10, 0, 7, 7, 1];
        NdArray whole =
            model.Run(new Dictionary<string, NdArray> { ["x"] = new([codes.Length, 1], [.. codes.Select(code => (double)code)]) });
        using var streaming = new StreamingModel(model);
        using StreamState state = streaming.NewState();
        var y = new float[11];
        for (int t = 0; t < codes.Length; t++)
        {
            streaming.Step(codes[t], state, y);
            Assert.That(y, Is.EqualTo(StreamSamples.Floats(whole.At(t))), $"step {t}");
        }
    }

    [Test]
    public void Eight_threads_step_sixty_four_states_at_once()
    {
        const int Threads = 8, Streams = 64, Rounds = 200;
        using Model model = StreamSamples.Stacked();
        using var streaming = new StreamingModel(model);
        float[] Outcome(int stream, StreamState state)
        {
            var x = new float[3];
            var y = new float[2];
            for (int t = 0; t < Rounds; t++)
            {
                x.AsSpan().Fill(MathF.Sin((stream * 31) + t));
                streaming.Step(x, state, y);
            }

            return y;
        }

        float[][] alone = Enumerable.Range(0, Streams).Select(stream =>
        {
            using StreamState state = streaming.NewState();
            return Outcome(stream, state);
        }).ToArray();
        StreamState[] states = Enumerable.Range(0, Streams).Select(_ => streaming.NewState()).ToArray();
        var together = new float[Streams][];
        Thread[] threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (int stream = thread; stream < Streams; stream += Threads)
                together[stream] = Outcome(stream, states[stream]);
        })).ToArray();
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.That(together, Is.EqualTo(alone));
        Assert.That(alone.Select(y => y[0]).Distinct().Count(), Is.EqualTo(Streams), "streams differ");
    }

    [Test]
    public void A_step_allocates_nothing()
    {
        using Model model = StreamSamples.Characters();
        using var streaming = new StreamingModel(model);
        using StreamState state = streaming.NewState(), other = streaming.NewState();
        var y = new float[11];
        var snapshot = new byte[state.SnapshotBytes];
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int t = 0; t < 50; t++)
            {
                streaming.Step(t % 11, state, y);
                state.Snapshot(snapshot);
                other.CopyFrom(state);
                other.Restore(snapshot);
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero.Or.Matches<long>(_ => round == 0));
        }
    }

    [Test]
    public void Refresh_takes_changed_parameters_over([Values] bool trainedStart)
    {
        using Model model = StreamSamples.Stacked(trainedStart: trainedStart);
        using var before = new StreamingModel(model);
        foreach (var (_, tensor) in model.Parameters)
            tensor.Set(tensor.ToNdArray().Data.Select(value => value * 0.5).ToArray());
        before.Refresh();
        using var fresh = new StreamingModel(model);
        using StreamState a = before.NewState(), b = fresh.NewState();
        float[] x = [1, 2, 3], ya = new float[2], yb = new float[2];
        before.Step(x, a, ya);
        fresh.Step(x, b, yb);
        Assert.That(ya, Is.EqualTo(yb));
    }

    [Test]
    public void A_state_is_small_and_weights_are_shared()
    {
        using Model model = StreamSamples.Stacked();
        using var streaming = new StreamingModel(model);
        long weights = model.ParameterCount * sizeof(float);
        Assert.That(streaming.SharedBytes, Is.GreaterThanOrEqualTo(weights / 2));

        // Carried values of two layers, twice: 4 · 2 · 5 floats, each block rounded up to 64 bytes; x, y
        // and what a step computes are as small.
        Assert.That(streaming.BytesPerState, Is.InRange(4 * 2 * 5 * sizeof(float), 2048));
    }

    [TestCase("mean", "time steps")]
    [TestCase("z", "'z' is no output of 'Stacked' (found: y, mean, ")]
    public void Results_that_need_all_steps_are_refused(string result, string words)
    {
        using Model model = StreamSamples.Stacked();
        Assert.That(() => new StreamingModel(model, 1, result), Throws.TypeOf<GraphException>().With.Message.Contains(words));
    }

    // Each step of a stream would count as the first one.
    [Test]
    public void The_first_step_is_no_result()
    {
        Graph program = Parser.Parse("program P\ninput x: f32[T, B, 2]\n%0 = tanh x\n%1 = slice[0, 0, 1] %0\nreturn y = %1");
        var options = new ExecutableOptions { Sizes = new Dictionary<string, int> { ["B"] = 1 } };
        Assert.That(() => new StreamingModel(program, options), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "'P' cannot be streamed: a part of the time steps is cut out (only the last one is known step by step)"));
    }

    // A loop over time keeps each state in a place of its own; a step without one hands its states over as they are.
    [Test]
    public unsafe void States_that_change_places_are_read_before_they_are_written()
    {
        Graph step = Parser.Parse("program P\nstate a: f32[2]\nstate b: f32[2]\n%0 = sub a, b\nreturn y = %0\nnext a = b\nnext b = a");
        using StreamExecutable plan = ((CpuBackend)BackendRegistry.Of(Device.Cpu)).CreateStream(step, new ExecutableOptions());
        using var memory = new NativeBuffer(plan.Bytes);
        plan.BindAddresses(memory.Data);
        Span<float> At(ByteRange place) => new(memory.Data + place.Offset, 2);
        for (int run = 0; run < 2; run++)
        {
            At(plan.Input("a").Place).Fill(3);
            At(plan.Input("b").Place).Fill(5);
            plan.Run(memory.Data);
            Assert.That(At(plan.Output("y").Place).ToArray(), Is.EqualTo(new float[] { -2, -2 }));
            Assert.That(At(plan.Input("a").Place).ToArray(), Is.EqualTo(new float[] { 5, 5 }));
            Assert.That(At(plan.Input("b").Place).ToArray(), Is.EqualTo(new float[] { 3, 3 }));
        }
    }

    [Test]
    public void A_layer_that_runs_backwards_is_refused()
    {
        using Model model = StreamSamples.Stacked(direction: Direction.Backward);
        Assert.That(() => new StreamingModel(model), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "'Stacked' cannot be streamed: a layer runs backwards in time (choose the forward direction)"));
    }

    [Test]
    public void The_last_step_may_be_a_result_but_not_go_back_to_all_steps()
    {
        var net = new NetworkBuilder("Last");
        Value x = net.Input("x", "T", "B", 3);
        RecurrentLayer layer = net.Recurrent("layer", CellRegistry.Find(typeof(Elman)), x, net.Size("H", 5), new RecurrentOptions());
        net.Output("last", net.Dense("head", layer.Finals["h"], 2));
        net.Output("all", layer.Output + layer.Finals["h"]);
        using var model = new Model(net);
        NdArray data = StreamSamples.Data(4, 1, 3);
        NdArray whole = model.Run(new Dictionary<string, NdArray> { ["x"] = data });
        using var streaming = new StreamingModel(model);
        using StreamState state = streaming.NewState();
        var y = new float[2];
        for (int t = 0; t < 4; t++)
            streaming.Step(StreamSamples.Floats(data.At(t)), state, y);
        Assert.That(y, Is.EqualTo(StreamSamples.Floats(whole)));
        Assert.That(() => new StreamingModel(model, 1, "all"),
            Throws.TypeOf<GraphException>().With.Message.Contains("what the last step gives goes back to all steps"));
    }

    [Test]
    public void The_debug_form_gives_the_same_and_the_interpreter_has_no_streams()
    {
        using Model model = StreamSamples.Stacked();
        ExecutableOptions options = model.OptionsFor(1, 1);
        using StreamingModel fast = new(model), scalar = new(model.Program, options with { Device = Device.Scalar });
        using StreamState a = fast.NewState(), b = scalar.NewState();
        float[] x = [1, 2, 3], ya = new float[2], yb = new float[2];
        fast.Step(x, a, ya);
        scalar.Step(x, b, yb);
        Assert.That(yb, Is.EqualTo(ya).Within(1e-6));
        Assert.That(() => new StreamingModel(model.Program, options with { Device = Device.Interpreter }),
            Throws.ArgumentException.With.Message.Contains("The device 'interpreter' has no streams"));
    }
}
