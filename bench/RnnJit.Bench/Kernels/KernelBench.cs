using BenchmarkDotNet.Attributes;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Bench.Kernels;

/// <summary>The largest kernel of one step, forward and backward: what is fused around the products, in each of its forms.</summary>
public class KernelBench
{
    private CompiledExecutable executable = null!;
    private KernelInstruction forward = null!;
    private KernelInstruction backward = null!;

    [Params("lstm", "gruresetafter", "lstmlayernorm")]
    public string Cell { get; set; } = "";

    /// <summary>Compiled for vectors; compiled and checked number by number; interpreted op by op.</summary>
    [Params("simd", "scalar", "interpreted")]
    public string Form { get; set; } = "";

    /// <summary>Rows and units.</summary>
    [Params("1x512", "32x256")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int[] shape = [.. Shape.Split('x').Select(int.Parse)];
        Graph program = BenchLayer.Training(Cell);
        var chain = new KernelChain(Form switch
        {
            "simd" => JitKernelProvider.Simd,
            "scalar" => JitKernelProvider.Checked,
            _ => new InterpretedKernelProvider(),
        });
        var options = new ExecutableOptions
        {
            Sizes = BenchLayer.Sizes(program, steps: 2, batch: shape[0], hidden: shape[1]),
            Threads = 1,
            Kernels = chain
        };
        executable = (CompiledExecutable)Executable.Create(program, options);
        executable.Run();
        ScanInstruction[] loops = [.. executable.Instructions.OfType<ScanInstruction>()];
        (forward, backward) = (Largest(loops[0]), Largest(loops[^1]));
    }

    [GlobalCleanup]
    public void Cleanup() => executable.Dispose();

    [Benchmark]
    public void Forward() => forward.Execute(new WorkShare(0, 1, -1, -1), default);

    [Benchmark]
    public void Backward() => backward.Execute(new WorkShare(0, 1, -1, -1), default);

    private static KernelInstruction Largest(ScanInstruction loop) =>
        loop.Body.OfType<KernelInstruction>().MaxBy(kernel => kernel.Op.Nodes)!;
}
