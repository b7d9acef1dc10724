using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Contracts;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>Names of devices, numbers that a device finds wrong, and copies at the edges.</summary>
public class DeviceTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 2, ["B"] = 3, ["V"] = 6, ["H"] = 5 };

    [Test]
    public void A_device_that_does_not_exist_is_refused_with_those_there_are([Values("ilgpu-cpu:2", "cuda:64", "opencl:64",
        "tpu")] string name) =>
        Assert.That(() => Device.Parse(name), Throws.ArgumentException.With.Message.StartsWith(
            $"The device is '{name}', wanted one of cpu, scalar, interpreter, ilgpu-cpu, ilgpu-cpu:1"));

    [Test]
    public void What_a_device_cannot_do_is_refused()
    {
        Graph program = Rows();
        var options = new ExecutableOptions { Device = Device.Parse("ilgpu-cpu"), Sizes = Sizes };
        Assert.That(() => Executable.Create(program, options with { RowLanes = 3 }),
            Throws.ArgumentException.With.Message.EqualTo("RowLanes is 3, wanted 1, 2, 4, 8 or 16 (change it, or leave it at 0)"));
        Assert.That(() => Executable.Create(program, options with { Weights = WeightStorage.Half }),
            Throws.ArgumentException.With.Message.Contains("the device 'ilgpu-cpu' keeps them as they are"));
        Assert.That(() => Executable.Create(program, options with { Device = Device.Cpu, RowLanes = 1 }),
            Throws.ArgumentException.With.Message.Contains("RowLanes is 1, but the vectors of 'cpu' have"));
    }

    // No command reads x, and whoever asks for y reads it on the device.
    [Test]
    public void An_input_that_is_a_result_as_it_is_comes_back()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "T", "H"));
        Graph program = builder.Build("program", "Same", [("y", x, OutputRole.Result), ("z", 2 * x, OutputRole.Result),
            ("w", builder.Input("v", new TensorType(ElementType.F32, "H")), OutputRole.Result)]);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        using Executable device = OnDevices.Create(program, Sizes);
        for (int run = 0; run < 2; run++)
        {
            Dictionary<string, NdArray> found = CellProgram.Run(device, data);
            Bits.AssertEqual(found["y"].Data, device.Input("x").ToNdArray().Data, "y");
            Bits.AssertEqual(found["w"].Data, device.Input("v").ToNdArray().Data, "w");
        }
    }

    // The sentence is the CPU's, of the first wrong row, and the next run is right again.
    [Test]
    public void An_index_out_of_range_is_refused_as_on_the_CPU()
    {
        Graph program = Rows();
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        using Executable device = OnDevices.Create(program, Sizes), cpu = CellProgram.Create(program, Sizes);
        Dictionary<string, NdArray> wanted = CellProgram.Run(cpu, data), wrong = new(data) { ["index"] = new NdArray([2, 3]) };
        foreach (var (first, second) in new[] { (-1, 9), (6, 0), (int.MaxValue, int.MinValue) })
        {
            (wrong["index"].Data[2], wrong["index"].Data[4]) = (first, second);
            string sentence = Assert.Throws<ArgumentOutOfRangeException>(() => CellProgram.Run(cpu, wrong))!.Message;
            Assert.That(() => CellProgram.Run(device, wrong), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(sentence));
            Bits.AssertEqual(CellProgram.Run(device, data), wanted, "the next run");
        }
    }

    [Test]
    public void A_run_after_the_first_allocates_nothing([Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Gru)), lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 6, batch: 3);
        using Executable device = OnDevices.Create(program, sizes);
        CellProgram.Run(device, CellProgram.Draw(program, sizes));
        Tensor input = device.Input(program.Inputs[0].Name), output = device.Output(program.Outputs[0].Name);
        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            input.Write<float>()[0] = 0.5f;
            device.Run();
            _ = output.Read<float>()[0];
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.That(Allocated(), Is.Zero);
    }

    [Test]
    public void A_disposed_executable_refuses_to_run()
    {
        Executable device = OnDevices.Create(Rows(), Sizes);
        device.Dispose();
        Assert.That(device.Run, Throws.TypeOf<ObjectDisposedException>());
    }

    private static Graph Rows()
    {
        var builder = new GraphBuilder();
        Value table = builder.Input("table", new TensorType(ElementType.F32, "V", "H"), PortRole.Parameter),
            index = builder.Input("index", new TensorType(ElementType.I32, "T", "B"));
        return builder.Build("program", "rows", [("y", Rnn.Tanh(builder.Add(GatherOp.Instance, table, index)), OutputRole.Result)]);
    }
}
