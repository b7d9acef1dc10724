using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RnnJit.Cpu;

/// <summary>
/// An event count: a counter that threads wait on. Waiting spins, then parks. The spin time adapts: up to 50 µs while spinning ends the
/// wait, less where it did not help, and none once the spinning thread itself lost its processor.
/// </summary>
internal sealed class EventCount
{
    private const int Turns = 32, FirstTurns = 128;

    private static readonly long Most = Stopwatch.Frequency / 20_000;
    private static readonly long Least = Stopwatch.Frequency / 200_000;

    // Some turns take a microsecond. A thread that finds this much gone was not running.
    private static readonly long Preempted = Stopwatch.Frequency / 40_000;

    private readonly object parking = new();
    private Counters counters;
    private long budget = Most;

    public long Value => Volatile.Read(ref counters.Value);

    /// <summary>Number of threads that wait without using a processor.</summary>
    public int Parked => Volatile.Read(ref counters.Parked);

    public bool IsBroken => Volatile.Read(ref counters.Broken) != 0;

    /// <summary>Counts on; <see cref="Wake"/> follows where somebody may wait for that value.</summary>
    public long Add(long count) => Interlocked.Add(ref counters.Value, count);

    /// <summary>Wakes parked threads to look at the value again.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref counters.Parked) == 0)
            return;

        lock (parking)
            Monitor.PulseAll(parking);
    }

    /// <summary>Lets waiting threads go, and those to come, until <see cref="Reset"/>.</summary>
    public void Break()
    {
        Interlocked.Exchange(ref counters.Broken, 1);
        Wake();
    }

    /// <summary>Begins anew at 0. Nobody waits.</summary>
    public void Reset()
    {
        Volatile.Write(ref counters.Value, 0);
        Volatile.Write(ref counters.Broken, 0);
    }

    /// <summary>Waits some microseconds. Returns whether the value is reached.</summary>
    public bool Spin(long value)
    {
        for (int i = 0; i < FirstTurns; i++)
        {
            if (IsOpen(value))
                return Value >= value;
            Thread.SpinWait(1);
        }

        return false;
    }

    /// <summary>Waits until the value is reached and returns true; false if the event count was broken first.</summary>
    public bool Wait(long value)
    {
        long start = Stopwatch.GetTimestamp();
        if (!SpinLong(value, start))
        {
            Park(value);

            // Adapts the spin budget: doubled if the value came within the longest spin, halved if not.
            bool isShort = Stopwatch.GetTimestamp() - start < Most;
            budget = isShort ? Math.Min(Most, budget * 2) : Math.Max(Least, budget / 2);
        }

        // Reads the value again: a value reached before the break counts.
        return Value >= value;
    }

    private bool IsOpen(long value) => Value >= value || IsBroken;

    private bool SpinLong(long value, long start)
    {
        long now = start, end = start + Volatile.Read(ref budget);
        do
        {
            for (int i = 0; i < Turns; i++)
            {
                if (IsOpen(value))
                    return true;
                Thread.SpinWait(1);
            }

            long before = now;
            now = Stopwatch.GetTimestamp();
            if (now - before > Preempted)
            {
                budget = Least;
                return false;
            }
        }
        while (now < end);
        return false;
    }

    // Either the thread that parks sees the new value, or the one that counts on sees it parked: both write, fence, then read.
    private void Park(long value)
    {
        lock (parking)
        {
            Interlocked.Increment(ref counters.Parked);
            while (!IsOpen(value))
                Monitor.Wait(parking);
            Interlocked.Decrement(ref counters.Parked);
        }
    }

    // On cache lines of their own, so that spinning disturbs nothing else.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counters
    {
        [FieldOffset(64)]
        public long Value;

        [FieldOffset(128)]
        public int Broken;

        [FieldOffset(132)]
        public int Parked;
    }
}
