using ILGPU.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>
/// Seconds that a device spends in each line of a plan. All work between two marks belongs to the line of the second one.
/// </summary>
internal abstract class DeviceTimer(int lines)
{
    private readonly double[] seconds = new double[lines];

    /// <summary>Seconds of the last run in each line.</summary>
    public IReadOnlyList<double> Seconds => [.. seconds];

    /// <summary>A run begins: what is queued from now on counts.</summary>
    public virtual void Start() => Array.Clear(seconds);

    /// <summary>Assigns the work queued since the last mark to a line of the plan.</summary>
    public abstract void Mark(int line);

    /// <summary>Waits for the end of the run.</summary>
    public abstract void Finish();

    protected void Add(int line, double time) => seconds[line] += time;
}

/// <summary>
/// A timer by events in the queue of a device: CUDA's and OpenCL's own, so that the time of the host between two launches counts only
/// where the device waits for it.
/// </summary>
internal sealed class EventTimer(AcceleratorStream stream, int lines) : DeviceTimer(lines)
{
    // Marks that are in the queue before the device is waited for, which bounds the events of long loops.
    private const int Most = 1024;

    private readonly List<(ProfilingMarker Event, int Line)> marks = new(Most);

    /// <summary>Events that were not measured yet.</summary>
    internal int Waiting => marks.Count;

    public override void Start()
    {
        base.Start();
        Drop();
        marks.Add((stream.AddProfilingMarker(), -1));
    }

    public override void Mark(int line)
    {
        marks.Add((stream.AddProfilingMarker(), line));
        if (marks.Count == Most)
            Measure();
    }

    public override void Finish()
    {
        Measure();
        Drop();
    }

    private void Drop()
    {
        foreach (var (marker, _) in marks)
            marker.Dispose();
        marks.Clear();
    }

    // All events except the last, from which the next one is measured.
    private void Measure()
    {
        stream.Synchronize();
        for (int m = 1; m < marks.Count; m++)
        {
            Add(marks[m].Line, marks[m].Event.MeasureFrom(marks[m - 1].Event).TotalSeconds);
            marks[m - 1].Event.Dispose();
        }

        marks.RemoveRange(0, Math.Max(marks.Count - 1, 0));
    }
}
