using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Tests.Backends;

/// <summary>Devices by name, and a backend that joins.</summary>
public class DeviceTests
{
    private static readonly Graph Program = Parser.Parse("program P\ninput x: f32[B]\n%0 = tanh x\nreturn y = %0");

    private static ExecutableOptions On(Device device) => new() { Sizes = new Dictionary<string, int> { ["B"] = 3 }, Device = device };

    [TestCase("cpu")]
    [TestCase("scalar")]
    [TestCase("interpreter")]
    public void Names_are_read_as_they_are_printed(string name) =>
        Assert.That(Device.Parse(name.ToUpperInvariant()).ToString(), Is.EqualTo(name));

    [TestCase("cuda", "The device is 'cuda', wanted one of cpu, scalar, interpreter")]
    [TestCase("cpu:1", "The device is 'cpu:1', wanted one of cpu, scalar, interpreter")]
    [TestCase("cpu:x", "The device is 'cpu:x', wanted a name such as cpu or cuda:0")]
    [TestCase("cpu:-1", "The device is 'cpu:-1', wanted a name")]
    [TestCase("cpu:0:0", "wanted a name such as cpu or cuda:0")]
    [TestCase("", "The device is '', wanted one of")]
    public void Other_names_are_refused(string name, string sentence) =>
        Assert.That(() => Device.Parse(name), Throws.ArgumentException.With.Message.Contains(sentence));

    [Test]
    public void Plans_are_made_without_memory_or_a_device()
    {
        Plan plan = Executable.PlanOf(Program, On(Device.Cpu) with { Sizes = new Dictionary<string, int> { ["B"] = int.MaxValue / 8 } });
        Assert.That(PlanText.Print(plan), Does.Contain("kernel<1 node>").And.Contain($"external x: f32[{int.MaxValue / 8}]"));
        Assert.That(() => Executable.PlanOf(Program, On(Device.Interpreter)),
            Throws.ArgumentException.With.Message.Contains("has no plan on the device 'interpreter'"));
        Assert.That(() => Executable.PlanOf(Program, new ExecutableOptions()), Throws.TypeOf<GraphException>());
    }

    [Test]
    public void A_lowered_plan_says_what_a_run_does()
    {
        var backend = (PlannedBackend)BackendRegistry.Of(Device.Scalar);
        ExecutableOptions options = On(Device.Scalar);
        LoweredPlan lowered = backend.Lower(backend.PlanOf(Program, options), options);
        using Executable executable = backend.Create(Program, options);
        Assert.That(lowered.Lines, Is.EqualTo(executable.Plan).And.Not.Empty);
        Assert.That(lowered.Memory.Bytes, Is.EqualTo(executable.ArenaBytes));
    }

    [Test]
    public void A_backend_joins_by_its_name()
    {
        BackendRegistry.Install(new Renamed());
        using Executable executable = Executable.Create(Program, On(Device.Parse("renamed:1")));
        executable.Input("x").Set([0.5, -1, 2]);
        executable.Run();
        Assert.That(executable.Output("y").ToNdArray().Data[0], Is.EqualTo(Math.Tanh(0.5)).Within(1e-6));
        Assert.That(() => Device.Parse("renamed:2"), Throws.ArgumentException);
    }

    [TestCase("merge", "Without names 'merge', which is called merge-matmuls now (change it)")]
    [TestCase("magic", "Without names 'magic', wanted names of reassociate-sums, simplify,")]
    [TestCase("fuse", null)]
    [TestCase("simplify-7", null)]
    public void Names_that_are_no_stage_are_refused(string name, string? sentence) =>
        Assert.That(() => Executable.PlanOf(Program, On(Device.Cpu) with { Without = [name] }),
            sentence is null ? Throws.Nothing : Throws.ArgumentException.With.Message.StartsWith(sentence));

    // Two outputs of one name, which no stage of the pipeline looks at.
    [Test]
    public void A_wrong_graph_is_found_after_a_stage_where_that_is_asked_for()
    {
        Graph wrong = Program with { Outputs = Program.Outputs.Append(Program.Outputs[0]).ToEquatable() };
        Assert.That(() => Executable.PlanOf(wrong, On(Device.Cpu) with { Verify = true }),
            Throws.TypeOf<GraphException>().With.Message.StartsWith("After the stage reassociate-sums, which is at fault: "));
        Assert.That(() => Executable.PlanOf(Program, On(Device.Cpu) with { Verify = true }), Throws.Nothing);
    }

    private sealed class Renamed : IBackend
    {
        public string Name => "renamed";

        public int Devices => 2;

        public bool HasStreams => false;

        public int RowLanes(ExecutableOptions options) => 1;

        public Executable Create(Graph program, ExecutableOptions options) =>
            Executable.Create(program, options with { Device = Device.Interpreter });
    }
}
