using RnnJit.Cells;
using RnnJit.Contracts;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Gpu.Tests;

/// <summary>Tensors whose newest values lie on a device: copies are made where somebody reads or writes, and nowhere else.</summary>
public class ResidenceTests
{
    private const string Text = """
        program P
          input x: f32[4]
          input w: f32[4]
          %0: f32[4] = mul x, w
          %1: f32[1] = sum[0] %0
          return y = %0
          %2: f32[4] = tanh %0
          return z = %2
          return s = %1
        """;

    private static readonly float[] X = [1, 2, 3, 4], W = [0.5f, 0.25f, -1, 2];

    [Test]
    public void A_thousand_reads_copy_nothing_to_the_device_and_one_write_copies_once()
    {
        using Executable device = Create();
        device.Run();
        long before = device.Uploads;
        for (int read = 0; read < 1000; read++)
            Assert.That(device.Input("w").Read<float>()[2], Is.EqualTo(-1));
        device.Run();
        Assert.That(device.Uploads, Is.EqualTo(before));
        device.Input("w").Write<float>()[2] = 3;
        device.Run();
        device.Run();
        Assert.That(device.Uploads, Is.EqualTo(before + 1));
        Assert.That(device.Output("y").Read<float>().ToArray(), Is.EqualTo(new float[] { 0.5f, 0.5f, 9, 8 }));
    }

    [Test]
    public void An_output_comes_back_once_and_only_when_it_is_read()
    {
        using Executable device = Create();
        device.Run();
        Assert.That(device.Downloads, Is.Zero);
        for (int read = 0; read < 1000; read++)
            Assert.That(device.Output("y").Read<float>()[1], Is.EqualTo(0.5f));
        Assert.That(device.Downloads, Is.EqualTo(1));
        device.Run();
        Assert.That(device.Downloads, Is.EqualTo(1), "a run copies no output");
    }

    // Outputs of one element come together, in a copy that is not counted.
    [Test]
    public void An_output_of_one_element_has_the_value_of_its_run()
    {
        using Executable device = Create();
        device.Run();
        Assert.That(device.Output("s").Read<float>()[0], Is.EqualTo(6));
        device.Input("x").Write<float>()[0] = 3;
        device.Run();
        Assert.That(device.Output("s").Read<float>()[0], Is.EqualTo(7));
        Assert.That(device.Downloads, Is.Zero);
    }

    [Test]
    public void A_span_to_write_holds_what_the_device_made()
    {
        using Executable device = Create();
        device.Run();
        Span<float> y = device.Output("y").Write<float>();
        Assert.That(y.ToArray(), Is.EqualTo(new float[] { 0.5f, 0.5f, -3, 8 }));
        y[0] = 7;
        Assert.That(device.Output("y").ToNdArray().Data, Is.EqualTo(new double[] { 7, 0.5, -3, 8 }));
    }

    [Test]
    public void An_output_is_an_input_of_others_wherever_they_run([Values("cpu", "interpreter", "ilgpu-cpu", "ilgpu-cpu:1")] string reader)
    {
        using Executable device = Create();
        using Executable other = Executable.Create(Parser.Parse(Text), new ExecutableOptions
        {
            Device = Device.Parse(reader), Shared = new Dictionary<string, Tensor> { ["x"] = device.Output("y") },
        });
        other.Input("w").Set([1, 1, 1, 2]);
        for (int run = 0; run < 3; run++)
        {
            device.Input("x").Write<float>()[0] = run;
            device.Run();
            other.Run();
            Assert.That(other.Output("y").Read<float>().ToArray(), Is.EqualTo(new float[] { 0.5f * run, 0.5f, -3, 16 }), $"run {run}");
        }
    }

    // A Program of the CPU has outputs too; a device that reads one copies it after each run.
    [Test]
    public void An_output_of_the_CPU_is_an_input_of_a_device()
    {
        using Executable cpu = Executable.Create(Parser.Parse(Text), new ExecutableOptions());
        cpu.Input("x").Set([1, 2, 3, 4]);
        using Executable device = Executable.Create(Parser.Parse(Text), new ExecutableOptions
        {
            Device = Device.Parse("ilgpu-cpu"), Shared = new Dictionary<string, Tensor> { ["x"] = cpu.Output("y") },
        });
        device.Input("w").Set([1, 1, 1, 1]);
        foreach (float w in (float[])[1, 2])
        {
            cpu.Input("w").Set([w, w, w, w]);
            cpu.Run();
            device.Run();
            Assert.That(device.Output("y").Read<float>().ToArray(), Is.EqualTo(new[] { w, 2 * w, 3 * w, 4 * w }));
        }
    }

    // The memory of an unread output is used again by the next run: after one that failed there is nothing to read.
    [Test]
    public void An_unread_output_has_no_values_after_a_run_that_failed()
    {
        var builder = new GraphBuilder();
        Value table = builder.Input("table", new TensorType(ElementType.F32, "V", "H"), PortRole.Parameter),
            index = builder.Input("index", new TensorType(ElementType.I32, "B"));
        Value rows = Rnn.Tanh(builder.Add(Ops.GatherOp.Instance, table, index));
        Graph program = builder.Build("program", "Rows", [("y", rows, OutputRole.Result), ("s", Rnn.Total(rows), OutputRole.Result)]);
        using Executable device = OnDevices.Create(program, new Dictionary<string, int> { ["B"] = 2, ["V"] = 3, ["H"] = 2 });
        device.Input("table").Set([1, 2, 3, 4, 5, 6]);
        void Run(int index)
        {
            device.Input("index").Write<int>()[1] = index;
            device.Run();
        }

        Run(1);
        float[] read = device.Output("y").Read<float>().ToArray();
        Assert.That(() => Run(3), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(device.Output("y").Read<float>().ToArray(), Is.EqualTo(read), "what was read stays");
        Run(2);
        float sum = (float)device.Output("s").ToNdArray().Data[0];
        Assert.That(() => Run(3), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(device.Output("s").Read<float>()[0], Is.EqualTo(sum), "what came with the status words stays");
        Assert.That(() => device.Output("y").Read<float>(), Throws.InvalidOperationException.With.Message.EqualTo(
            "The last run of 'Rows' failed before 'y' was read, which has no values now (run it again)"));
        Run(1);
        Assert.That(device.Output("y").Read<float>().ToArray(), Is.EqualTo(read), "after a run that did not fail");
    }

    [Test]
    public void Another_element_type_is_refused()
    {
        using Executable device = Create();
        Assert.That(() => device.Input("x").Read<double>(), Throws.InvalidOperationException.With.Message.EqualTo(
            "The tensor is F32, not Double (take float for F32, double for F64, int for I32)"));
        Assert.That(() => device.Input("x").Write<uint>(), Throws.InvalidOperationException.With.Message.Contains("F32, not UInt32"));
    }

    [Test]
    public void Outputs_are_freed_with_the_executable()
    {
        Executable device = Create();
        device.Run();
        device.Dispose();
        Assert.That(() => device.Output("y").Read<float>(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => device.Output("s").Read<float>(), Throws.TypeOf<ObjectDisposedException>());
    }

    private static Executable Create()
    {
        Executable device = Executable.Create(Parser.Parse(Text), new ExecutableOptions { Device = Device.Parse("ilgpu-cpu") });
        X.CopyTo(device.Input("x").Write<float>());
        W.CopyTo(device.Input("w").Write<float>());
        return device;
    }
}
