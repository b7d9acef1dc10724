using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Contracts;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Gpu.Tests;

/// <summary>Commands of the update of a training step, and what is copied to a device for it.</summary>
public class UpdateTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 5, ["B"] = 3, ["H"] = 7, ["X"] = 4 };

    [Test]
    public void A_mask_has_the_same_bits(
        [Values("f32[T, B, H]", "f32[B, H]", "f32[H]", "f32[B]", "f32[T, B]", "f32[B, T, H]", "f32[]", "f32[T, H]")] string type,
        [Values("dropout 0.25", "zoneout 0.1", "training")] string init,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        var builder = new GraphBuilder();
        Value words = builder.Input("words", new TensorType(ElementType.I32, RandomMaskOp.Words));
        Graph program = builder.Build("program", "mask",
            [("y", builder.Add(new RandomMaskOp(TensorType.Parse(type), 3, init), words), OutputRole.Result)]);
        using Executable cpu = CellProgram.Create(program, Sizes, threads: 1, real),
            device = OnDevices.Create(program, Sizes, real, OnDevices.Lanes(real));
        Assert.That(Executable.PlanOf(program, device.Options).Commands.OfType<RandomMaskCommand>(), Is.Not.Empty);
        var found = new HashSet<string>();

        // Seeds and updates of more than 32 bits; a part of a batch that begins at any row, of more rows than an int has.
        double[][] drawn = [[7, 0, 3, 0, 0, 3], [-7, 12, -3, 1, 5, 8], [7, 0, 4, 0, 2, 9], [1, 2, 3, 4, int.MaxValue, -1]];
        foreach (double[] given in drawn)
        {
            var data = new Dictionary<string, NdArray> { ["words"] = new NdArray([RandomMaskOp.Words], given) };
            NdArray mask = CellProgram.Run(cpu, data)["y"];
            Bits.AssertEqual(CellProgram.Run(device, data)["y"].Data, mask.Data, "the mask");
            found.Add(string.Join(' ', mask.Data));
        }

        if (type == "f32[T, B, H]")
            Assert.That(found, Has.Count.EqualTo(init == "training" ? 1 : 4));
    }

    [Test]
    public void What_the_device_wrote_is_not_copied_to_it()
    {
        using Executable device = Step(Device.Parse("ilgpu-cpu")), cpu = Step(Device.Cpu);
        string[] given = ["x", "target", TrainingStep.Random];
        Dictionary<string, NdArray> data = Draw(device.Program);
        foreach (var (name, value) in data)
        {
            device.Set(name, value);
            cpu.Set(name, value);
        }

        void Run(long copied, string what)
        {
            long before = device.Uploads;
            device.Run();
            cpu.Run();
            Assert.That(device.Uploads - before, Is.EqualTo(copied), what);
            foreach (Port port in device.Program.Inputs)
                Bits.AssertEqual(device.Input(port.Name).ToNdArray().Data, cpu.Input(port.Name).ToNdArray().Data, $"{port.Name}, {what}");
        }

        Run(device.Program.Inputs.Count, "the first update");
        Run(0, "an update with the same data");
        for (int update = 0; update < 4; update++)
        {
            foreach (string name in given)
            {
                device.Set(name, data[name]);
                cpu.Set(name, data[name]);
            }

            Run(given.Length, $"update {update}");
        }

        // A parameter that the caller writes is copied once, and packed again.
        string parameter = device.Program.Inputs.First(port => port.Role == PortRole.Parameter).Name;
        device.Set(parameter, data[parameter]);
        cpu.Set(parameter, data[parameter]);
        Run(1, "a parameter of the caller");
        Run(0, "the update behind it");
    }

    [Test]
    public void The_lines_of_a_step_name_what_compiles_its_kernels()
    {
        using Executable device = Step(Device.Parse("ilgpu-cpu"));
        Assert.That(device.Plan.Select(line => line.Text), Has.Some.Match(@"^kernel of \d+ nodes over .*\(ilgpu\)$")
            .And.Some.Match("^random mask").And.Some.Match("^squares of").And.Some.Match("^norm of the gradients"));
        Assert.That(device.Plan.Select(line => line.Text), Has.None.Contains("the device waits"));
    }

    internal static Executable Step(Device device)
    {
        var net = new NetworkBuilder("Step");
        Value x = net.Dropout("drop", net.Input("x", "T", "B", 4), 0.25);
        Value h = net.Recurrent("layer0", CellTracer.Trace(typeof(Lstm)), x, net.Size("H", 5));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", h, 2), net.Input("target", "T", "B", 2)));
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = 5, ["B"] = 3 };
        return Executable.Create(TrainingProgram.Of(net.Build()), new ExecutableOptions
        {
            Device = device, Sizes = sizes, RowLanes = OnDevices.Lanes(ElementType.F32),
            Step = new TrainingStep(new Adam(), 0.05, CarryState: true),
        });
    }

    // Squares of moments are above 0.
    internal static Dictionary<string, NdArray> Draw(Graph program)
    {
        var random = new Random(4);
        var sizes = new Dictionary<string, int> { ["T"] = 5, ["B"] = 3, ["H"] = 5 };
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            int[] shape = [.. port.Type.Dims.Select(dim => dim.Evaluate(sizes))];
            return port.Name == TrainingStep.Random ? new NdArray(shape, [7, 0, 3, 0, 0, 3])
                : new NdArray(shape, [.. Enumerable.Range(0, NdArray.Size(shape)).Select(_ => (double)(float)(0.1 + random.NextDouble()))]);
        });
    }
}
