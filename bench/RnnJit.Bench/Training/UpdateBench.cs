using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Bench.Training;

/// <summary>
/// Adam's update of 10 million parameters in twelve tensors: the second part of a split step, which takes the norm and updates, and the
/// same arithmetic written by hand over the same arrays in place, after a sum of squares.
/// </summary>
[Config(typeof(Rarely))]
public unsafe class UpdateBench
{
    private Model model = null!;
    private Trainer trainer = null!;
    private Tensor[] parameters = null!;
    private Tensor mean = null!;
    private Tensor square = null!;

    [GlobalSetup]
    public void Setup()
    {
        var net = new NetworkBuilder("Update");
        Value sum = Rnn.Total(net.Input("x", "T", "B", 1));
        for (int i = 0; i < 12; i++)
            sum += Rnn.Total(net.Parameter("p" + i, "glorot", 1000, 834));
        net.Output("loss", sum);
        model = new Model(net, new ModelOptions { Threads = 1 });
        trainer = new Trainer(model, 1, 1, new TrainerOptions { SplitStep = true });
        trainer.Step();
        parameters = [.. model.Parameters.Values];
        int count = parameters.Sum(tensor => tensor.Length);
        (mean, square) = (new Tensor(Ir.ElementType.F32, count), new Tensor(Ir.ElementType.F32, count));
    }

    [Benchmark(Baseline = true)]
    public float ByHand()
    {
        float* g = (float*)trainer.Gradients.Data, m = (float*)mean.Data, v = (float*)square.Data;
        double norm = Cpu.FlatReduction.SumOfSquares(g, mean.Length);
        float scale = (float)GradientNorm.Scale(Math.Sqrt(norm), 1);
        foreach (Tensor parameter in parameters)
        {
            InPlace((float*)parameter.Data, g, m, v, parameter.Length, scale);
            g += parameter.Length;
            m += parameter.Length;
            v += parameter.Length;
        }

        return scale;
    }

    [Benchmark]
    public void Update() => trainer.Update();

    // p, m and v are read and written, g is read: 28 bytes for each parameter. Lengths are multiples of 8.
    private static void InPlace(float* p, float* g, float* m, float* v, int count, float scale)
    {
        const float Rate = 1e-3f / (1 - 0.9f), Epsilon = 1e-8f;
        for (int i = 0; i < count; i += Vector256<float>.Count)
        {
            Vector256<float> slope = Vector256.Load(g + i) * scale;
            Vector256<float> mean = (0.9f * Vector256.Load(m + i)) + (0.1f * slope),
                square = (0.999f * Vector256.Load(v + i)) + (0.001f * (slope * slope));
            mean.Store(m + i);
            square.Store(v + i);
            (Vector256.Load(p + i) - (Rate * (mean / (Vector256.Sqrt(square) + Vector256.Create(Epsilon))))).Store(p + i);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        trainer.Dispose();
        model.Dispose();
    }

    private sealed class Rarely : ManualConfig
    {
        public Rarely() => AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(3).WithIterationCount(21)
            .WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromHours(1), logOutput: false)));
    }
}
