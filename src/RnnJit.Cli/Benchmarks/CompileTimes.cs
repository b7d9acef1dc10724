using System.Diagnostics;
using RnnJit.Cli.Layers;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Milliseconds from a cell to a Program that can run, and of its parts.</summary>
/// <param name="What">Which compilation.</param>
/// <param name="Program">Layer, loss, derivatives.</param>
/// <param name="Passes">Simplify to Merge.</param>
/// <param name="Kernels">C# text and Roslyn; 0 where all kernels were there.</param>
/// <param name="Plan">Memory, instructions, packing.</param>
/// <param name="FirstRun">What the first run takes longer than the second: machine code for the kernels.</param>
internal sealed record CompileTime(string What, double Program, double Passes, double Kernels, double Plan, double FirstRun)
{
    public double Total => Program + Passes + Kernels + Plan;
}

/// <summary>Measures compilations of one layer. Kernels know no sizes, so that sequences of any length should take the same.</summary>
internal sealed class CompileTimes(LayerRequest request)
{
    private const int WarmUps = 20, Repetitions = 9, Short = 10, Long = 10_000;

    public IEnumerable<CompileTime> Run()
    {
        JitKernelProvider first = JitKernelProvider.Fresh();
        first.Cache = JitKernels.Cache;
        CompileTime cold = Compile("cold", Short, first);
        yield return cold with { What = first.Cache is { } cache ? $"cold, {cache.Hits} cached" : "cold" };
        yield return Median($"warm, T {Short}", Short, JitKernelProvider.Fresh);
        yield return Median($"warm, T {Long:N0}", Long, JitKernelProvider.Fresh);
        yield return Median("warm, kernels there", Short, () => JitKernelProvider.Simd);
    }

    private CompileTime Median(string what, int steps, Func<JitKernelProvider> compiler)
    {
        for (int i = 0; i < WarmUps; i++)
            Compile(what, steps, compiler());
        CompileTime[] times =
            Enumerable.Range(0, Repetitions).Select(_ => Compile(what, steps, compiler())).OrderBy(time => time.Total).ToArray();
        return times[Repetitions / 2];
    }

    private CompileTime Compile(string what, int steps, JitKernelProvider compiler)
    {
        var clock = Stopwatch.StartNew();
        double Lap()
        {
            double elapsed = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            return elapsed;
        }

        BoundLayer layer = LayerBuilder.Run(request with { Steps = steps, Batch = 1 });
        double build = Lap();
        IReadOnlyList<Graph> kernels = KernelList.Of(Pipeline.Run(layer.Program));
        double passes = Lap();
        compiler.Prepare(kernels);
        double compile = Lap();
        // Creating runs the passes again; what is over is the plan.
        using Executable executable = Executable.Create(layer.Program, layer.Options with { Kernels = new KernelChain(compiler) });
        double plan = Math.Max(0, Lap() - passes);
        executable.Run();
        double first = Lap();
        executable.Run();
        return new CompileTime(what, build, passes, compile, plan, Math.Max(0, first - Lap()));
    }
}
