using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Benchmarks;

public class RunLoopTests
{
    private static readonly LayerRequest Small = new(CellRegistry.Find(typeof(Lstm))) { Steps = 3, Batch = 2, Hidden = 4, Threads = 1 };

    [Test]
    public void Nothing_is_allocated_between_runs([Values] bool training, [Values(1, 2)] int threads)
    {
        using Executable executable = LayerBuilder.Bind(Small with { Training = training, Threads = threads });
        var loop = new RunLoop(executable, training);
        loop.WarmUp(0.01);
        long before = GC.GetAllocatedBytesForCurrentThread();
        loop.Run(0, least: 9);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(loop.Count, Is.EqualTo(9));
        Assert.That(loop.Times, Has.Length.EqualTo(loop.Count).And.All.GreaterThan(0));
    }

    [Test]
    public void Weights_count_as_changed_before_each_training_run([Values] bool training)
    {
        using Executable executable = LayerBuilder.Bind(Small with { Training = training });
        Tensor weight = executable.Input("layer0.Wi"), input = executable.Input("x");
        (long Weight, long Input) before = (weight.Version, input.Version);
        var loop = new RunLoop(executable, training);
        loop.Run(0, least: 7);
        Assert.That(loop.Count, Is.EqualTo(7));
        Assert.That((weight.Version - before.Weight, input.Version - before.Input), Is.EqualTo((training ? 7 : 0, 0)));
    }

    [Test]
    public void One_run_is_made_even_where_none_fits()
    {
        using Executable executable = LayerBuilder.Bind(Small);
        var loop = new RunLoop(executable, training: false);
        loop.Run(0);
        Assert.That(loop.Count, Is.EqualTo(1));
    }

    [Test]
    public void Training_returns_the_gradient_of_everything_that_is_read_for_a_gradient_of_one_half()
    {
        using Executable executable = LayerBuilder.Bind(Small with { Training = true });
        string[] read = ["x", "layer0.h0", "layer0.c0", .. "ifgo".SelectMany(gate => "WUb".Select(letter => $"layer0.{letter}{gate}"))];
        Assert.That(executable.Program.Outputs.Select(output => output.Name).Where(name => name.StartsWith("d_")),
            Is.EquivalentTo(read.Select(name => "d_" + name)));
        Assert.That(executable.Input("dy").ToNdArray().Data, Has.All.EqualTo(0.5));
        Assert.That(executable.Program.OutputIndex("loss"), Is.EqualTo(-1));
    }
}
