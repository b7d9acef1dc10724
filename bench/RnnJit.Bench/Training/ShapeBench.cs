using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Bench.Training;

/// <summary>
/// Shapes of batches of an LSTM classifier (two layers of 64, batch 32): a batch of a shape that is bound, one of a new shape, and a
/// trainer made for that shape alone.
/// </summary>
[Config(typeof(Several))]
public class ShapeBench
{
    private const int Rows = 32, Features = 8;

    private Model model = null!;
    private Trainer trainer = null!;
    private Batch[] known = null!;
    private int next = 200;

    [GlobalSetup]
    public void Setup()
    {
        model = new Model(Network(), new ModelOptions { Threads = 1 });
        trainer = new Trainer(model, new TrainerOptions { StepMultiple = 1, MostShapes = 8 });
        known = [BatchOf(20), BatchOf(40)];
        foreach (Batch batch in known)
            trainer.Step(batch);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        trainer.Dispose();
        model.Dispose();
    }

    // Two shapes in turns, inputs filled: 5,120 and 10,240 numbers.
    [Benchmark]
    public void Known()
    {
        trainer.Bind(known[0]);
        trainer.Bind(known[1]);
    }

    [Benchmark]
    public void New() => trainer.Bind(BatchOf(next++ % 1000));

    [Benchmark(Baseline = true)]
    public void Alone()
    {
        using var alone = new Trainer(model, next++ % 1000, Rows, new TrainerOptions());
    }

    private static Batch BatchOf(int steps) => new(Rows, new Dictionary<string, BatchInput>
    {
        ["x"] = BatchInput.Of(new float[steps * Rows * Features], steps, Rows, Features),
        ["y"] = BatchInput.Of(new int[Rows], Rows),
    });

    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Shapes");
        RecurrentLayer h = net.Stack("layer", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", Features), 2, net.Size("H", 64));
        net.Output("loss", Rnn.TotalMean(Rnn.CrossEntropy(net.Dense("head", h.Last, 10), net.Indices("y", "B"))));
        return net;
    }

    private sealed class Several : ManualConfig
    {
        public Several() => AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithStrategy(RunStrategy.Monitoring)
            .WithWarmupCount(20).WithIterationCount(41));
    }
}
