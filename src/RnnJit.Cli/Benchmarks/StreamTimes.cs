using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>The time and memory of one step of a stream.</summary>
/// <param name="Precision">f32 or f64.</param>
/// <param name="Weights">The storage format of weights: that of the precision, bf16 or f16.</param>
/// <param name="Min">Seconds a step in the fastest block of 64.</param>
/// <param name="Worst">Seconds a step in the block that 9,999 of 10,000 are no slower than.</param>
/// <param name="Max">Seconds a step in the slowest block.</param>
/// <param name="Idle">The same run's control: a loop of blocks as long as ours in the median that does nothing, in turns with ours.</param>
/// <param name="RealTime">Number of streams of 48,000 samples a second that one core keeps up with, by the median.</param>
internal sealed record StreamTime(
    string Cell, int Batch, int Hidden, int Input, string Precision, string Weights, long Steps, double Min, double Median, double Worst,
    double Max, IdleTime Idle, double RealTime, long AllocatedBytes, long StateBytes, long SharedBytes)
{
    /// <summary>Steps that are timed together.</summary>
    public const int Block = StreamedLayer.Block;

    /// <summary>The layer's settings that differ from the defaults, as text for the printed line; empty where none does.</summary>
    [JsonIgnore]
    public string Unusual { get; init; } = "";

    /// <summary>Seconds that 9,999 of 10,000 blocks stay within.</summary>
    public double BlockSeconds => Worst * Block;
}

/// <summary>Times a layer step by step on one thread, as a host of audio runs it.</summary>
internal sealed class StreamTimes(LayerRequest request, double seconds)
{
    private const int Block = StreamTime.Block, WarmUps = 2000, MostBlocks = 1 << 22, Turns = 8;
    private const double SampleRate = 48_000;

    /// <exception cref="UsageException">The cell has no place for what is asked for.</exception>
    public StreamTime Run()
    {
        using var stream = new StreamedLayer(request);
        var (times, idle, allocated) = Time(stream);
        double median = times[times.Length / 2];
        return new StreamTime(
            request.Cell.Name, request.Batch, request.Hidden, request.Inputs ?? request.Hidden,
            request.Precision.ToString().ToLowerInvariant(), Stored(), stream.Steps, times[0], median, times[Tail.Of(times.Length)],
            times[^1], idle,
            1 / (median * SampleRate), allocated, stream.StateBytes, stream.SharedBytes)
        { Unusual = request.Unusual };
    }

    // Weights are numbers of the precision unless they are stored in 16 bits.
    private string Stored() =>
        request.Weights == WeightStorage.Single ? request.Precision.ToString().ToLowerInvariant() : WeightsFlag.Name(request.Weights);

    public static void Print(TextWriter to, StreamTime time)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RnnJit {time.Cell}, {time.Input} → {time.Hidden}, batch {time.Batch}{time.Unusual}, one thread: {time.Steps} steps"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a step: min {time.Min * 1e9:0.0} ns, median {time.Median * 1e9:0.0} ns, p99.99 of blocks of {Block} {time.Worst * 1e9:0.0} "
                + $"ns"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a block: p99.99 {time.BlockSeconds * 1e6:0.0} µs, max {time.Max * Block * 1e6:0.0} µs; an idle loop of "
                + $"{time.Idle.Block * 1e6:0.0} µs in the same run: p99.99 {time.Idle.Worst * 1e6:0.0} µs, "
                + $"max {time.Idle.Max * 1e6:0.0} µs"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{time.RealTime:0.0} × real time at 48 kHz; {time.AllocatedBytes} bytes allocated; {time.StateBytes} bytes a stream, "
                + $"{time.SharedBytes} shared by all"));
    }

    // Ours and the control in turns, so that what else the machine does hits both alike.
    private (double[] Sorted, IdleTime Idle, long Allocated) Time(StreamedLayer stream)
    {
        for (int warm = 0; warm < WarmUps; warm++)
            stream.Run();
        var blocks = new double[MostBlocks];
        var idle = new IdleLoop(MostBlocks);
        int count = 0;
        var allocated = new AllocationCount();
        double median = 0;
        for (int turn = 0; turn < Turns; turn++)
        {
            allocated.Measure(() => count = Fill(stream, blocks, count));
            if (turn == 0)
                median = MedianOf(blocks, count) * Block;
            idle.Run(median, seconds / Turns);
        }

        Array.Sort(blocks, 0, count);
        return (blocks[..count], idle.Result(median), allocated.Bytes);
    }

    private static double MedianOf(double[] times, int count)
    {
        Array.Sort(times, 0, count);
        return times[count / 2];
    }

    // At least one block.
    private int Fill(StreamedLayer stream, double[] blocks, int count)
    {
        long start = Stopwatch.GetTimestamp(), end = start + (long)(seconds / Turns * Stopwatch.Frequency);
        do
        {
            if (count == blocks.Length)
                return count;
            stream.Run();
            long stop = Stopwatch.GetTimestamp();
            blocks[count++] = (double)(stop - start) / Stopwatch.Frequency / Block;
            start = stop;
        }
        while (start < end);
        return count;
    }
}
