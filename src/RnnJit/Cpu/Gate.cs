using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RnnJit.Cpu;

/// <summary>A counter that threads wait on: first spinning, then parked. Advancing wakes them; breaking lets them go without an advance.</summary>
/// <param name="spin">Whether waiting spins at all: with more threads than processors it only delays the one that is waited for.</param>
internal sealed class Gate(bool spin)
{
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000;

    private readonly object parking = new();
    private Counters counters;

    public int Value => Volatile.Read(ref counters.Value);

    /// <summary>Number of threads that wait without using a processor.</summary>
    public int Parked => Volatile.Read(ref counters.Parked);

    public void Advance()
    {
        Interlocked.Increment(ref counters.Value);
        Wake();
    }

    /// <summary>Lets waiting threads go, and those to come, until <see cref="Mend"/>.</summary>
    public void Break()
    {
        Interlocked.Exchange(ref counters.Broken, 1);
        Wake();
    }

    public void Mend() => Volatile.Write(ref counters.Broken, 0);

    /// <summary>Returns whether the value has left <paramref name="old"/>; false when the gate broke first.</summary>
    public bool WaitPast(int old)
    {
        if (spin)
            Spin(old);
        if (!Open(old))
            Park(old);

        // Read once more: what was advanced before the break counts.
        return Value != old;
    }

    private bool Open(int old) => Value != old || Volatile.Read(ref counters.Broken) != 0;

    private void Spin(int old)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < 32; i++)
            {
                if (Open(old))
                    return;
                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() - start < SpinTicks);
    }

    // Either the thread that parks sees the new value, or the one that advances sees it parked: both write, fence, then read.
    private void Park(int old)
    {
        lock (parking)
        {
            Interlocked.Increment(ref counters.Parked);
            while (!Open(old))
                Monitor.Wait(parking);
            Interlocked.Decrement(ref counters.Parked);
        }
    }

    private void Wake()
    {
        if (Volatile.Read(ref counters.Parked) == 0)
            return;

        lock (parking)
            Monitor.PulseAll(parking);
    }

    // On cache lines of their own, so that spinning disturbs nothing else.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counters
    {
        [FieldOffset(64)]
        public int Value;

        [FieldOffset(68)]
        public int Broken;

        [FieldOffset(128)]
        public int Parked;
    }
}
