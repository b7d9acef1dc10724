using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks.Scaling;

/// <summary>Measures a cell over all sweeps, forward and training, with each number of threads.</summary>
internal sealed class ScalingRun(CellDefinition cell, Effort effort, int[] threads, Sweep[] sweeps, TextWriter progress, CancellationToken interrupted)
{
    public IReadOnlyList<ScalingCurve> Run()
    {
        (Sweep Sweep, bool Training, int Threads)[] curves = [.. from sweep in sweeps from training in (bool[])[false, true] from count in threads select (sweep, training, count)];
        LayerRequest Request(Sweep sweep, bool training, int count, int size) => sweep.With(new LayerRequest(cell) { Training = training, Threads = count }, size);
        double Work(LayerRequest request) => effort.Work(request, tools: 1);
        var meter = new BenchProgress(progress, [.. curves.SelectMany(curve => curve.Sweep.Sizes.Select(size => Work(Request(curve.Sweep, curve.Training, curve.Threads, size))))], interrupted);
        return [.. curves.Select(curve =>
        {
            LayerRequest[] requests = [.. curve.Sweep.Sizes.Select(size => Request(curve.Sweep, curve.Training, curve.Threads, size))];
            double[] seconds = [.. requests.Select(request =>
            {
                meter.Next($"{request.Title}, {curve.Threads} thread{(curve.Threads == 1 ? "" : "s")}", Work(request));
                return Fastest(request);
            })];
            return new ScalingCurve(curve.Sweep, curve.Training, curve.Threads, seconds, [.. seconds.Zip(requests, (time, request) => time / request.Steps)]);
        })];
    }

    private double Fastest(LayerRequest request)
    {
        using Executable executable = LayerBuilder.Bind(request);
        var loop = new RunLoop(executable, request.Training);
        loop.WarmUp(effort.WarmUp);
        loop.Run(effort.Turns * effort.Seconds, least: 3);
        return loop.Times.Min();
    }
}
