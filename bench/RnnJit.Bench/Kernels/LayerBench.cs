using BenchmarkDotNet.Attributes;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Runtime;

namespace RnnJit.Bench.Kernels;

/// <summary>A whole training step of one layer, weights packed anew each time; nothing may be allocated.</summary>
[MemoryDiagnoser]
public class LayerBench
{
    private Executable executable = null!;
    private Tensor[] weights = null!;

    [Params("lstm", "gruresetafter", "lstmpeephole", "lstmlayernorm")]
    public string Cell { get; set; } = "";

    /// <summary>T, B, H.</summary>
    [Params("25x16x64", "50x32x256")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        JitKernels.Install();
        int[] shape = [.. Shape.Split('x').Select(int.Parse)];
        Graph program = BenchLayer.Training(Cell);
        executable = Executable.Create(program,
            new ExecutableOptions { Sizes = BenchLayer.Sizes(program, shape[0], shape[1], shape[2]), Threads = 1 });
        weights = [.. program.Inputs.Where(port => port.Role == PortRole.Parameter).Select(port => executable.Input(port.Name))];
    }

    [GlobalCleanup]
    public void Cleanup() => executable.Dispose();

    [Benchmark]
    public void TrainingStep()
    {
        foreach (Tensor weight in weights)
            weight.Write<float>();
        executable.Run();
    }
}
