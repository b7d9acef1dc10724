using System.Diagnostics;
using System.Text.Json.Serialization;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>One layer in two numbers of threads.</summary>
/// <param name="Layer">Cell, forward or training, T, B, H.</param>
/// <param name="Case">What is compared.</param>
/// <param name="Base">Seconds of a run in the number of threads that is compared with.</param>
/// <param name="Seconds">Seconds of a run in the other one.</param>
/// <param name="Wanted">The most that <see cref="Ratio"/> is to be.</param>
internal sealed record WorkerTime(string Layer, string Case, double Base, double Seconds, double Wanted)
{
    public double Ratio => Seconds / Base;

    [JsonIgnore]
    public bool Met => Ratio <= Wanted;
}

/// <summary>Times layers with more threads than cores, beside a busy process, and where they are too small for a second thread.</summary>
internal sealed class WorkerTimes(CellDefinition cell, double seconds, CancellationToken interrupted)
{
    public const int Many = 64;

    private const int Turns = 20;

    // Layers as T, B, H, with one and with many rows; a time step takes from 1 µs to hundreds of µs.
    private static readonly (int Steps, int Batch, int Hidden)[] Layers = [(25, 1, 512), (25, 16, 512), (100, 1, 128), (25, 16, 64)];

    private static readonly (int Steps, int Batch,
        int Hidden)[] Tiny = [(1, 1, 16), (10, 1, 16), (25, 1, 16), (25, 1, 32), (10, 4, 16), (1, 1, 128)];

    /// <summary>Fastest run with 64 threads against the fastest with one thread per core; the two alternate.</summary>
    public IEnumerable<WorkerTime> MoreThanCores()
    {
        int cores = Environment.ProcessorCount;
        foreach (var shape in Layers)
        {
            foreach (bool training in (bool[])[false, true])
                yield return Fastest(Request(shape, training), cores, Many, $"{Many} threads against {cores}", 2);
        }
    }

    /// <summary>All runs of two threads beside a busy process against those of one thread beside it, in turns.</summary>
    public IEnumerable<WorkerTime> BesideBusyProcess()
    {
        foreach (var shape in Layers)
        {
            using var busy = new BusyProcess();
            yield return Mean(Request(shape, training: false), "2 threads against 1, beside a busy process", 1.5);
        }
    }

    /// <summary>Fastest run with the default number of threads against the fastest with one thread; the two alternate.</summary>
    public IEnumerable<WorkerTime> TooSmall()
    {
        foreach (var shape in Tiny)
        {
            foreach (bool training in (bool[])[false, true])
                yield return Fastest(Request(shape, training), 1, 0, "default threads against 1", 1.05);
        }
    }

    private LayerRequest Request((int Steps, int Batch, int Hidden) shape, bool training) =>
        new(cell) { Steps = shape.Steps, Batch = shape.Batch, Hidden = shape.Hidden, Training = training };

    private WorkerTime Fastest(LayerRequest request, int threads, int others, string name, double wanted)
    {
        using Executable one = LayerBuilder.Bind(request with { Threads = threads }),
            other = LayerBuilder.Bind(request with { Threads = others });
        RunTimes[] times = OwnTurns.Run([(one, request.Training), (other, request.Training)], 0, Turns, seconds / (2 * Turns),
            Math.Min(RunLoop.WarmUpSeconds, seconds), interrupted);
        return new WorkerTime(request.Title, name, times[0].Min, times[1].Min, wanted);
    }

    // Turns long enough that the system moves threads from core to core within each.
    private WorkerTime Mean(LayerRequest request, string name, double wanted)
    {
        const int Slices = 10;
        using Executable one = LayerBuilder.Bind(request with { Threads = 1 }), two = LayerBuilder.Bind(request with { Threads = 2 });
        double[] sums = new double[2];
        long[] runs = new long[2];
        for (int turn = 0; turn < 2 * Slices; turn++)
        {
            interrupted.ThrowIfCancellationRequested();
            Executable executable = turn % 2 == 0 ? one : two;
            long start = Stopwatch.GetTimestamp();
            do
            {
                executable.Run();
                runs[turn % 2]++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds / (2 * Slices));
            sums[turn % 2] += Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return new WorkerTime(request.Title, name, sums[0] / runs[0], sums[1] / runs[1], wanted);
    }
}
