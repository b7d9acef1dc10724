using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace RnnJit.Cpu;

/// <summary>
/// A fixed number of shares of work, and the threads that do them, of which the caller is one. Threads take shares: each its own
/// first, then those that nobody has begun, so a thread that is late holds nobody up. Nothing is allocated per run. A thread without
/// work spins for a short time, then parks.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    // Units of work per thread if there are more shares than threads; other threads take the units of a late one.
    private const int UnitsPerThread = 4;

    [ThreadStatic]
    private static WorkerPool? current;

    private readonly Lock turn = new();

    // Twice the number of runs that have begun; odd while one is prepared and nobody may enter.
    private readonly EventCount starts = new();

    // Units done, through all runs.
    private readonly EventCount finished = new();

    // For each unit, the phase of which it is free to be taken.
    private readonly Line[] free;
    private readonly Thread[] threads;
    private IWork? work;
    private long first;
    private int inside;
    private ExceptionDispatchInfo? fault;
    private volatile bool disposed;

    /// <summary>A pool with one thread per share, at most one per processor.</summary>
    /// <param name="shares">Number of shares of each phase.</param>
    public WorkerPool(int shares)
        : this(shares, Math.Min(shares, Environment.ProcessorCount))
    {
    }

    /// <param name="shares">Number of shares of each phase.</param>
    /// <param name="threads">Number of threads, the caller included, no more than shares.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no share, or no thread, or a thread without a share.</exception>
    public WorkerPool(int shares, int threads)
    {
        if (shares < 1)
            throw new ArgumentOutOfRangeException(nameof(shares), $"A pool of {shares} shares does no work (give 1 or more).");
        if (threads < 1 || threads > shares)
            throw new ArgumentOutOfRangeException(nameof(threads), $"{threads} threads cannot do {shares} shares (give 1 to {shares}).");

        (Shares, Threads, Units) = (shares, threads, Math.Min(shares, UnitsPerThread * threads));
        free = new Line[Units];
        this.threads = new Thread[threads - 1];
        for (int i = 0; i < this.threads.Length; i++)
        {
            int index = i + 1;
            this.threads[i] = new Thread(() => Serve(index)) { IsBackground = true, Name = $"RnnJit worker {index}" };
            this.threads[i].Start();
        }
    }

    public int Shares { get; }

    public int Threads { get; }

    /// <summary>Neighbouring shares are taken together, so that there are this many takes in a phase.</summary>
    public int Units { get; }

    /// <summary>Number of threads that wait for work without using a processor.</summary>
    public int Parked => starts.Parked;

    /// <summary>Runs the work and returns when all shares of all phases are done. Calls from several threads take turns.</summary>
    /// <remarks>The first exception of a share is thrown here; shares of later phases are not begun then.</remarks>
    /// <exception cref="InvalidOperationException">Called from inside the work of this pool.</exception>
    public void Run(IWork work)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Threads == 1)
        {
            var alone = new TeamThread(Shares);
            work.Execute(ref alone);
            return;
        }

        if (current == this)
            throw new InvalidOperationException(
                "A worker pool cannot run work from inside its own work (finish the first run, or use another pool).");

        lock (turn)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            RunAll(work);
        }
    }

    /// <summary>Takes the next unit for a thread, or waits until the phase is done.</summary>
    public bool Take(ref TeamThread thread, out int share)
    {
        while (thread.Unit < thread.End && !thread.IsBroken)
        {
            if (TryTake(ref thread, thread.Unit++, out share))
                return true;
        }

        return TakeOther(ref thread, out share);
    }

    /// <summary>Ends the threads. Waits for a run in progress.</summary>
    public void Dispose()
    {
        lock (turn)
        {
            if (disposed)
                return;

            disposed = true;
            starts.Add(2);
            starts.Wake();
        }

        foreach (var thread in threads)
            thread.Join();
    }

    private bool TryTake(ref TeamThread thread, int unit, out int share)
    {
        ref long next = ref free[unit].Phase;
        long phase = thread.Phase;
        share = unit * Shares / Units;
        if (Volatile.Read(ref next) != phase || Interlocked.CompareExchange(ref next, phase + 1, phase) != phase)
            return false;

        thread.Next = share + 1;
        thread.Last = (unit + 1) * Shares / Units;
        thread.Done++;
        return true;
    }

    // A unit of a thread that has not begun it; waits if there is none.
    private bool TakeOther(ref TeamThread thread, out int share)
    {
        share = -1;
        if (thread.IsBroken)
            return false;

        long end = (thread.Phase + 1) * Units;
        long done = thread.Done > 0 ? finished.Add(thread.Done) : finished.Value;
        bool isLast = thread.Done > 0 && done == end;
        thread.Done = 0;
        if (isLast)
            finished.Wake();

        if (done < end && (thread.IsAhead || !finished.Spin(end)))
        {
            for (int i = 1; i <= Units; i++)
            {
                thread.IsAhead = TryTake(ref thread, (thread.Begin - i + Units) % Units, out share);
                if (thread.IsAhead)
                    return true;
            }

            thread.IsBroken = !finished.Wait(end);
        }

        thread.Pass();
        return false;
    }

    private void RunAll(IWork work)
    {
        fault = null;
        starts.Add(1);
        this.work = work;
        first = finished.Value / Units;
        starts.Add(1);
        starts.Wake();
        Execute(work, new TeamThread(this, 0, first));
        this.work = null;
        if (finished.IsBroken)
            Mend();
        fault?.Throw();
    }

    // Shares that were taken are never reported after a fault, so counting begins anew once nobody is in a run.
    private void Mend()
    {
        starts.Add(1);
        while (Volatile.Read(ref inside) > 0)
            Thread.Yield();
        finished.Reset();
        Array.Clear(free);
        starts.Add(1);
    }

    private void Serve(int index)
    {
        for (long seen = 0; ;)
        {
            starts.Wait(seen + 2);
            if (disposed)
                return;

            long now = starts.Value;
            if ((now & 1) != 0)
            {
                Thread.Yield();
                continue;
            }

            // The values read belong to one run if no other run has begun since.
            Interlocked.Increment(ref inside);
            IWork? found = work;
            long phase = first;
            Interlocked.MemoryBarrier();
            if (starts.Value == now)
            {
                seen = now;
                if (found is not null)
                    Execute(found, new TeamThread(this, index, phase));
            }

            Interlocked.Decrement(ref inside);
        }
    }

    private void Execute(IWork work, TeamThread thread)
    {
        var outer = current;
        current = this;
        try
        {
            work.Execute(ref thread);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(e), null);
            finished.Break();
        }
        finally
        {
            current = outer;
        }
    }

    // A cache line and the one that is fetched with it.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Line
    {
        [FieldOffset(0)]
        public long Phase;
    }
}
