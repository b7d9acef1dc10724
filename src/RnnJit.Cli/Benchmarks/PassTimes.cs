using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>The time, memory and instruction count of a layer with one pass or optimisation switched off.</summary>
/// <param name="Milliseconds">The fastest run.</param>
internal sealed record PassTime(string Without, double Milliseconds, double Median, long ArenaBytes, int Instructions);

/// <summary>Times a layer with all passes, and with each one switched off, in turns.</summary>
internal sealed class PassTimes(LayerRequest request, double seconds, CancellationToken interrupted)
{
    private const int Turns = 12;

    // Besides passes: kernels that run op by op, and kernels that go number by number.
    private static readonly (string Name, Func<ExecutableOptions, ExecutableOptions> Change)[] Choices =
    [
        ("nothing", options => options),
        .. LayerRequest.Passes.Select(pass => (pass.Key,
            (Func<ExecutableOptions, ExecutableOptions>)(options => options with { Without = [.. options.Without, .. pass.Value] }))),
        ("vectors", options => options with { Device = Device.Scalar }),
        ("compiled kernels", options => options with { Kernels = new KernelChain(new InterpretedKernelProvider()) }),
    ];

    public PassTime[] Run()
    {
        BoundLayer layer = LayerBuilder.Run(request);
        Executable[] executables = Choices.Select(choice => layer.ToExecutable(choice.Change(layer.Options))).ToArray();
        try
        {
            RunTimes[] times = OwnTurns.Run(
                [.. executables.Select(executable => (executable, request.Training))], request.ThreadCount, Turns, seconds / Turns,
                Math.Min(RunLoop.WarmUpSeconds, seconds), interrupted);
            return executables.Select((executable, e) => new PassTime(Choices[e].Name, times[e].Min * 1e3, times[e].Median * 1e3,
                executable.ArenaBytes, executable.Plan.Sum(line => line.Times))).ToArray();
        }
        finally
        {
            foreach (Executable executable in executables)
                executable.Dispose();
        }
    }
}
