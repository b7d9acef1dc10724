using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Planning;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>What a backend is told reaches the executables.</summary>
public class ExecutableBackendTests
{
    private static readonly Graph Program = Lstm();

    private static string[] Plan(ExecutableOptions options)
    {
        using Executable executable = new ExecutableBackend(options).Bind(Program, Inputs());
        return [.. executable.Plan.Select(line => line.Text)];
    }

    [Test]
    public void Threads_arrive()
    {
        Assert.That(Plan(new ExecutableOptions { Threads = 1 }), Has.None.Contain("estimated microseconds a step"));
        Assert.That(Plan(new ExecutableOptions { Threads = 2 }), Has.Some.Contain("estimated microseconds a step"));
    }

    [Test]
    public void Passes_that_are_switched_off_arrive() =>
        Assert.That(Plan(new ExecutableOptions { Threads = 1, Without = [Fuse.Name] }), Has.Length.GreaterThan(Plan(new ExecutableOptions { Threads = 1 }).Length));

    [Test]
    public void Precision_is_that_of_the_case()
    {
        Graph wide = GraphMapper.WithPrecision(Program, ElementType.F64);
        using Executable executable = new ExecutableBackend(new ExecutableOptions { Precision = ElementType.F32 }).Bind(wide, Inputs());
        Assert.That(executable.Options.Precision, Is.EqualTo(ElementType.F64));
    }

    [Test]
    public void Threads_that_cannot_be_are_refused_at_once() =>
        Assert.That(() => new ExecutableBackend(new ExecutableOptions { Threads = 5000 }), Throws.ArgumentException.With.Message.Contains("The number of threads is 5000"));

    private static Graph Lstm()
    {
        var net = new NetworkBuilder("Lstm");
        net.Output("y", net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", "X"), "H"));
        return net.Build();
    }

    private static Dictionary<string, NdArray> Inputs()
    {
        var sizes = new Dictionary<string, int> { ["T"] = 3, ["B"] = 4, ["X"] = 5, ["H"] = 6 };
        return Program.Inputs.ToDictionary(port => port.Name, port => new NdArray([.. port.Type.Dims.Select(dim => dim.Evaluate(sizes))]));
    }
}
