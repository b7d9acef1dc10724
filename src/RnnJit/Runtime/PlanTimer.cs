using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>
/// The time of a run by line of the plan, measured inside a loop on the thread with the last share, else on the calling thread. The time
/// between two marks belongs to the line of the second one, waiting for other threads included.
/// </summary>
internal sealed class PlanTimer(int lines, TimeProvider clock)
{
    private readonly long[] ticks = new long[lines];
    private long last;
    private int thread;

    /// <summary>Seconds of the last run in each line.</summary>
    public double[] Seconds => [.. ticks.Select(line => line / (double)clock.TimestampFrequency)];

    /// <summary>A run begins.</summary>
    public void Start()
    {
        Array.Clear(ticks);
        last = clock.GetTimestamp();
    }

    /// <summary>The marks of the thread that calls this count, until all threads meet.</summary>
    public void Watch() => thread = Environment.CurrentManagedThreadId;

    /// <summary>Assigns the time since the last mark to a line; marks of threads that are not watched are ignored.</summary>
    public void Mark(int line)
    {
        if (Environment.CurrentManagedThreadId == thread)
            Note(line);
    }

    /// <summary>
    /// Assigns the time since the last mark to a line at a barrier, after all shares are done; afterwards no thread is watched.
    /// </summary>
    public void Meet(in TeamThread at, int line)
    {
        if (!at.IsCaller)
            return;

        thread = 0;
        Note(line);
    }

    private void Note(int line)
    {
        long now = clock.GetTimestamp();
        ticks[line] += now - last;
        last = now;
    }
}
