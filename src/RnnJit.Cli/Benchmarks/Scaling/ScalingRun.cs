using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks.Scaling;

/// <summary>Measures a cell over all sweeps, forward and training, with each number of threads.</summary>
internal sealed class ScalingRun(CellDefinition cell, MeasurementBudget budget, int[] threads, Sweep[] sweeps, TextWriter progress,
    CancellationToken interrupted)
{
    private const int Rounds = 3;

    public IReadOnlyList<ScalingCurve> Run()
    {
        IReadOnlyList<ScalingCurve> curves = Measure();
        Settle(curves);
        return curves;
    }

    // A short load on a shared core looks like a cliff in the curve, so sizes with a cliff are measured again.
    private void Settle(IReadOnlyList<ScalingCurve> curves)
    {
        for (int round = 0; round < Rounds; round++)
        {
            foreach (ScalingCurve curve in curves)
            {
                foreach (int i in curve.Doubtful(curves).ToArray())
                {
                    interrupted.ThrowIfCancellationRequested();
                    LayerRequest request = Request(curve.Sweep, curve.Training, curve.Threads, curve.Sweep.Sizes[i]);
                    progress.WriteLine($"again, for it looked like a cliff: {request.Title}, {curve.Name}");
                    curve.Take(i, Fastest(request));
                }
            }
        }
    }

    private LayerRequest Request(Sweep sweep, bool training, int count, int size) =>
        sweep.With(new LayerRequest(cell) { Training = training, Threads = count }, size);

    private IReadOnlyList<ScalingCurve> Measure()
    {
        (Sweep Sweep, bool Training, int Threads)[] curves =
            [.. from sweep in sweeps from training in (bool[])[false, true] from count in threads select (sweep, training, count)];
        double Work(LayerRequest request) => budget.Work(request, tools: 1);
        var meter = new BenchProgress(progress, [.. curves.SelectMany(
            curve => curve.Sweep.Sizes.Select(size => Work(Request(curve.Sweep, curve.Training, curve.Threads, size))))], interrupted);
        return [.. curves.Select(curve =>
        {
            LayerRequest[] requests = [.. curve.Sweep.Sizes.Select(size => Request(curve.Sweep, curve.Training, curve.Threads, size))];
            double[] seconds = [.. requests.Select(request =>
            {
                meter.Next($"{request.Title}, {curve.Threads} thread{(curve.Threads == 1 ? "" : "s")}", Work(request));
                return Fastest(request);
            })];
            return new ScalingCurve(curve.Sweep, curve.Training, curve.Threads, seconds, [.. requests.Select(request => request.Steps)]);
        })];
    }

    private double Fastest(LayerRequest request)
    {
        using Executable executable = LayerBuilder.Bind(request);
        var loop = new RunLoop(executable, request.Training);
        loop.WarmUp(budget.WarmUp);
        loop.Run(budget.Turns * budget.Seconds, least: 3);
        return loop.Times.Min();
    }
}
