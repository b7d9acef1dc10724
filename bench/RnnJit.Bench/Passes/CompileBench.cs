using BenchmarkDotNet.Attributes;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Bench.Passes;

/// <summary>The way from a cell to a Program that can run, part by part; sizes change the plan only, so T does not count.</summary>
public class CompileBench
{
    private Graph program = null!;
    private Graph optimised = null!;
    private IReadOnlyList<Graph> kernels = null!;
    private Dictionary<string, int> sizes = null!;

    [Params("lstm", "gruresetafter", "lstmlayernorm")]
    public string Cell { get; set; } = "";

    [Params(10, 10_000)]
    public int Steps { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        program = BenchLayer.Training(Cell);
        optimised = Pipeline.Run(program);
        kernels = KernelList.Of(optimised);
        sizes = BenchLayer.Sizes(program, Steps, batch: 1, hidden: 64);
        JitKernels.Install();
    }

    /// <summary>Layer, loss and derivatives as a graph.</summary>
    [Benchmark]
    public object Differentiate() => BenchLayer.Training(Cell);

    [Benchmark]
    public object Passes() => Pipeline.Run(program);

    /// <summary>Groups the nodes of the optimised Program into kernels (fusion); compiles nothing.</summary>
    [Benchmark]
    public object Fuse() => KernelList.Of(optimised);

    /// <summary>C# text and Roslyn, as for a cell that nobody compiled yet.</summary>
    [Benchmark]
    public object Kernels()
    {
        JitKernelProvider compiler = JitKernelProvider.Fresh();
        compiler.Prepare(kernels);
        return compiler;
    }

    /// <summary>Passes, plan and memory, with kernels that are there.</summary>
    [Benchmark]
    public void Create() => Executable.Create(program, new ExecutableOptions { Sizes = sizes, Threads = 1 }).Dispose();
}
