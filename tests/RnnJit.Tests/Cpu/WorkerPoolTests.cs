using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

[TestFixture(1)]
[TestFixture(2)]
[TestFixture(4)]
[TestFixture(8)]
[CancelAfter(60_000)]
public sealed class WorkerPoolTests(int workers)
{
    private sealed class Work(Action<int, int> body) : IWork
    {
        public void Execute(int worker, int workers) => body(worker, workers);
    }

    [Test]
    public void Every_worker_runs_once_and_the_caller_is_worker_0()
    {
        using var pool = new WorkerPool(workers);
        var count = new int[workers];
        var threads = new int[workers];
        var work = new Work((worker, n) =>
        {
            count[worker]++;
            threads[worker] = Environment.CurrentManagedThreadId;
            if (n != workers)
                throw new InvalidOperationException("wrong number of workers");
        });
        for (int i = 0; i < 1000; i++)
            pool.Run(work);

        Assert.That(count, Is.All.EqualTo(1000));
        Assert.That(threads[0], Is.EqualTo(Environment.CurrentManagedThreadId));
        Assert.That(threads.Distinct().Count(), Is.EqualTo(workers));
    }

    [Test]
    public void No_worker_passes_a_barrier_before_all_have_come()
    {
        using var pool = new WorkerPool(workers);
        const int Steps = 300;
        var at = new int[workers];
        int early = 0;
        pool.Run(new Work((worker, n) =>
        {
            for (int step = 1; step <= Steps; step++)
            {
                Volatile.Write(ref at[worker], step);
                pool.Barrier();
                for (int other = 0; other < n; other++)
                {
                    if (Volatile.Read(ref at[other]) < step)
                        Interlocked.Increment(ref early);
                }

                pool.Barrier();
            }
        }));

        Assert.That(early, Is.Zero);
        Assert.That(at, Is.All.EqualTo(Steps));
    }

    [Test]
    public void Workers_that_wait_long_park_and_wake()
    {
        using var pool = new WorkerPool(workers);
        int passed = 0;
        var work = new Work((worker, _) =>
        {
            if (worker == 0)
                Thread.Sleep(20);
            pool.Barrier();
            Interlocked.Increment(ref passed);
        });
        for (int i = 0; i < 3; i++)
        {
            Thread.Sleep(5);
            pool.Run(work);
        }

        Assert.That(passed, Is.EqualTo(3 * workers));
    }

    [Test]
    public void An_exception_of_any_worker_reaches_the_caller_and_frees_those_at_a_barrier()
    {
        using var pool = new WorkerPool(workers);
        for (int failing = 0; failing < workers; failing++)
        {
            int culprit = failing;
            var work = new Work((worker, _) =>
            {
                if (worker == culprit)
                    throw new FormatException($"worker {culprit}");
                pool.Barrier();
            });
            Assert.That(() => pool.Run(work), Throws.TypeOf<FormatException>().With.Message.EqualTo($"worker {culprit}"));
        }

        int ran = 0;
        pool.Run(new Work((_, _) =>
        {
            pool.Barrier();
            Interlocked.Increment(ref ran);
        }));
        Assert.That(ran, Is.EqualTo(workers), "the pool works again after a fault");
    }

    [Test]
    public void A_worker_that_skips_a_barrier_is_reported_instead_of_waited_for()
    {
        Assume.That(workers, Is.GreaterThan(1), "one worker waits for nobody");
        using var pool = new WorkerPool(workers);
        var work = new Work((worker, _) =>
        {
            if (worker > 0)
                pool.Barrier();
        });
        Assert.That(() => pool.Run(work), Throws.InvalidOperationException.With.Message.Contains("left its work"));
    }

    [Test]
    public void Running_from_inside_is_refused()
    {
        Assume.That(workers, Is.GreaterThan(1), "one worker calls directly");
        using var pool = new WorkerPool(workers);
        var inner = new Work((_, _) => { });
        for (int i = 0; i < workers; i++)
        {
            int culprit = i;
            var outer = new Work((worker, _) =>
            {
                if (worker == culprit)
                    pool.Run(inner);
            });
            Assert.That(() => pool.Run(outer), Throws.InvalidOperationException.With.Message.Contains("from inside its own work"));
        }
    }

    [Test]
    public void Callers_from_several_threads_take_turns()
    {
        using var pool = new WorkerPool(workers);
        int inside = 0;
        int overlaps = 0;
        int runs = 0;
        var work = new Work((worker, _) =>
        {
            if (worker > 0)
                return;
            if (Interlocked.Increment(ref inside) > 1)
                Interlocked.Increment(ref overlaps);
            Interlocked.Increment(ref runs);
            Interlocked.Decrement(ref inside);
        });
        var callers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 100; i++)
                pool.Run(work);
        })).ToList();
        callers.ForEach(t => t.Start());
        callers.ForEach(t => t.Join());

        Assert.That(runs, Is.EqualTo(300));
        if (workers > 1)
            Assert.That(overlaps, Is.Zero);
    }

    [Test]
    public void An_idle_pool_parks_its_threads()
    {
        using var pool = new WorkerPool(workers);
        pool.Run(new Work((_, _) => { }));
        Assert.That(() => pool.Parked, Is.EqualTo(workers - 1).After(10_000, 10));
    }

    [Test]
    public void A_run_allocates_nothing()
    {
        using var pool = new WorkerPool(workers);
        var work = new Work((_, _) => pool.Barrier());
        for (int i = 0; i < 200; i++)
            pool.Run(work);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            pool.Run(work);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_disposed_pool_refuses_work()
    {
        var pool = new WorkerPool(workers);
        pool.Dispose();
        pool.Dispose();
        Assert.That(() => pool.Run(new Work((_, _) => { })), Throws.TypeOf<ObjectDisposedException>());
    }
}
