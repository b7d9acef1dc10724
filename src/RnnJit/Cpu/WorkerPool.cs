using System.Runtime.ExceptionServices;

namespace RnnJit.Cpu;

/// <summary>
/// A fixed team of threads that runs one piece of work at a time; the caller is worker 0. Nothing is allocated per run. Waiting spins for about 50 µs, then
/// parks, so an idle pool costs nothing; with more workers than processors it parks at once.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    [ThreadStatic]
    private static WorkerPool? current;

    private readonly Lock turn = new();
    private readonly Gate starts;
    private readonly Gate ends;
    private readonly Gate barrier;
    private readonly Thread[] threads;
    private IWork? work;
    private ExceptionDispatchInfo? fault;
    private int running;
    private int arrived;
    private volatile bool disposed;

    /// <param name="workers">Number of workers, the caller included.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no worker.</exception>
    public WorkerPool(int workers)
    {
        if (workers < 1)
            throw new ArgumentOutOfRangeException(nameof(workers), $"A pool of {workers} workers does no work (give 1 or more).");

        Workers = workers;
        bool spin = workers <= Environment.ProcessorCount;
        starts = new Gate(spin);
        ends = new Gate(spin);
        barrier = new Gate(spin);
        threads = new Thread[workers - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"RnnJit worker {worker}" };
            threads[i].Start();
        }
    }

    public int Workers { get; }

    /// <summary>Number of threads that wait for work without using a processor.</summary>
    public int Parked => starts.Parked;

    /// <summary>Runs the work on all workers and returns when all have finished. Calls from several threads take turns.</summary>
    /// <remarks>The first exception of a worker is thrown here, after all have finished.</remarks>
    /// <exception cref="InvalidOperationException">Called from inside the work of this pool, or a worker left while others wait at a barrier.</exception>
    public void Run(IWork work)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Workers == 1)
        {
            work.Execute(0, 1);
            return;
        }

        if (current == this)
            throw new InvalidOperationException("A worker pool cannot run work from inside its own work (finish the first run, or use another pool).");

        lock (turn)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            RunAll(work);
        }
    }

    /// <summary>Waits, inside <see cref="IWork.Execute"/>, until every worker has come here.</summary>
    /// <exception cref="InvalidOperationException">Another worker has left its work, by returning or by an exception (which <see cref="Run"/> throws).</exception>
    public void Barrier()
    {
        if (Workers == 1)
            return;

        int phase = barrier.Value;
        if (Interlocked.Increment(ref arrived) == Workers)
        {
            Volatile.Write(ref arrived, 0);
            barrier.Advance();
            return;
        }

        if (!barrier.WaitPast(phase))
            throw new InvalidOperationException("A worker left its work while others wait at a barrier (every worker must pass the same barriers).");
    }

    /// <summary>Ends the threads. Waits for a run in progress.</summary>
    public void Dispose()
    {
        lock (turn)
        {
            if (disposed)
                return;

            disposed = true;
            starts.Advance();
        }

        foreach (var thread in threads)
            thread.Join();
    }

    private void RunAll(IWork work)
    {
        this.work = work;
        fault = null;
        arrived = 0;
        barrier.Mend();
        Volatile.Write(ref running, Workers - 1);
        int end = ends.Value;
        starts.Advance();
        ExecuteShare(0);
        ends.WaitPast(end);
        this.work = null;
        fault?.Throw();
    }

    private void Serve(int worker)
    {
        for (int run = 0; ; run++)
        {
            starts.WaitPast(run);
            if (disposed)
                return;

            ExecuteShare(worker);
            if (Interlocked.Decrement(ref running) == 0)
                ends.Advance();
        }
    }

    // Whoever leaves breaks the barrier: what it has passed has advanced already, what is still waited for would never come.
    private void ExecuteShare(int worker)
    {
        var outer = current;
        current = this;
        try
        {
            work!.Execute(worker, Workers);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(e), null);
        }
        finally
        {
            current = outer;
            barrier.Break();
        }
    }
}
