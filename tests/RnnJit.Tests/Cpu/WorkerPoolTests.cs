using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

[TestFixture(1, 1)]
[TestFixture(2, 1)]
[TestFixture(2, 2)]
[TestFixture(4, 4)]
[TestFixture(7, 3)]
[TestFixture(64, 2)]
[TestFixture(8, 8)]
[CancelAfter(60_000)]
public sealed class WorkerPoolTests(int shares, int threads)
{
    // So many phases, each the same.
    private sealed class Work(int phases, Action<int, int> body) : IWork
    {
        public void Execute(ref TeamThread thread)
        {
            for (int phase = 0; phase < phases; phase++)
            {
                while (thread.Take(out int share))
                    body(phase, share);
            }
        }
    }

    [Test]
    public void Every_share_of_every_phase_runs_once_on_no_more_threads_than_the_pool_has()
    {
        using var pool = new WorkerPool(shares, threads);
        var count = new int[3, shares];
        var ran = new HashSet<int>();
        var work = new Work(3, (phase, share) =>
        {
            Interlocked.Increment(ref count[phase, share]);
            lock (ran)
                ran.Add(Environment.CurrentManagedThreadId);
        });
        for (int i = 0; i < 1000; i++)
            pool.Run(work);

        Assert.That(count, Is.All.EqualTo(1000));
        Assert.That(ran, Has.Count.LessThanOrEqualTo(threads));
    }

    [Test]
    public void No_share_begins_before_the_phase_before_it_is_done()
    {
        using var pool = new WorkerPool(shares, threads);
        const int Phases = 300;
        var at = new int[shares];
        int early = 0;
        var work = new Work(Phases, (phase, share) =>
        {
            foreach (ref int other in at.AsSpan())
            {
                if (Volatile.Read(ref other) is var reached && reached != phase && reached != phase + 1)
                    Interlocked.Increment(ref early);
            }

            Volatile.Write(ref at[share], phase + 1);
        });
        for (int run = 0; run < 5; run++)
        {
            Array.Clear(at);
            pool.Run(work);
            Assert.That(at, Is.All.EqualTo(Phases));
        }

        Assert.That(early, Is.Zero);
    }

    [Test]
    public void A_thread_that_is_late_holds_nobody_up()
    {
        Assume.That(threads, Is.GreaterThan(1), "one thread waits for nobody");
        using var pool = new WorkerPool(shares, threads);
        int caller = Environment.CurrentManagedThreadId, held = 0;
        using var release = new ManualResetEventSlim();
        int[] done = new int[shares];
        var work =
            new Stopping(threads, caller, release, share => Interlocked.Increment(ref done[share]), () => Interlocked.Increment(ref held));
        for (int run = 0; run < 20; run++)
            pool.Run(work);

        // All but the caller stood still outside their shares, through all runs.
        release.Set();
        Assert.That(done, Is.All.EqualTo(20 * Stopping.Phases));
        pool.Run(work);
        Assert.That(done, Is.All.EqualTo(21 * Stopping.Phases));
    }

    // Threads other than the caller stop between two phases.
    private sealed class Stopping(int threads, int caller, ManualResetEventSlim release, Action<int> body, Action hold) : IWork
    {
        public const int Phases = 10;

        private int arrived = 1;

        public void Execute(ref TeamThread thread)
        {
            for (int phase = 0; phase < Phases; phase++)
            {
                if (phase == 3 && Environment.CurrentManagedThreadId != caller && Interlocked.Increment(ref arrived) <= threads)
                {
                    hold();
                    release.Wait();
                }

                while (thread.Take(out int share))
                    body(share);
            }
        }
    }

    [Test]
    public void Threads_that_wait_long_park_and_wake()
    {
        using var pool = new WorkerPool(shares, threads);
        int passed = 0;
        var work = new Work(2, (phase, share) =>
        {
            if (share == 0)
                Thread.Sleep(20);
            Interlocked.Increment(ref passed);
        });
        for (int i = 0; i < 3; i++)
        {
            Thread.Sleep(5);
            pool.Run(work);
        }

        Assert.That(passed, Is.EqualTo(3 * 2 * shares));
    }

    [Test]
    public void An_exception_of_any_share_reaches_the_caller_and_no_later_phase_begins()
    {
        using var pool = new WorkerPool(shares, threads);
        for (int failing = 0; failing < shares; failing++)
        {
            int culprit = failing, later = 0;
            var work = new Work(3, (phase, share) =>
            {
                if (phase == 1 && share == culprit)
                    throw new FormatException($"share {culprit}");
                if (phase == 2)
                    Interlocked.Increment(ref later);
            });
            Assert.That(() => pool.Run(work), Throws.TypeOf<FormatException>().With.Message.EqualTo($"share {culprit}"));
            Assert.That(later, Is.Zero);
            int ran = 0;
            pool.Run(new Work(2, (_, _) => Interlocked.Increment(ref ran)));
            Assert.That(ran, Is.EqualTo(2 * shares), "the pool works again after a fault");
        }
    }

    [Test]
    public void Running_from_inside_is_refused()
    {
        Assume.That(threads, Is.GreaterThan(1), "one thread calls directly");
        using var pool = new WorkerPool(shares, threads);
        var inner = new Work(1, (_, _) => { });
        for (int i = 0; i < shares; i++)
        {
            int culprit = i;
            var outer = new Work(1, (_, share) =>
            {
                if (share == culprit)
                    pool.Run(inner);
            });
            Assert.That(() => pool.Run(outer), Throws.InvalidOperationException.With.Message.Contains("from inside its own work"));
        }
    }

    [Test]
    public void Callers_from_several_threads_take_turns()
    {
        using var pool = new WorkerPool(shares, threads);
        int inside = 0;
        int overlaps = 0;
        int runs = 0;
        var work = new Work(1, (_, share) =>
        {
            if (share > 0)
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
        if (threads > 1)
            Assert.That(overlaps, Is.Zero);
    }

    [Test]
    public void An_idle_pool_parks_its_threads()
    {
        using var pool = new WorkerPool(shares, threads);
        pool.Run(new Work(1, (_, _) => { }));
        Assert.That(() => pool.Parked, Is.EqualTo(threads - 1).After(10_000, 10));
    }

    [Test]
    public void A_run_allocates_nothing()
    {
        using var pool = new WorkerPool(shares, threads);
        var work = new Work(3, (_, _) => { });
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
        var pool = new WorkerPool(shares, threads);
        pool.Dispose();
        pool.Dispose();
        Assert.That(() => pool.Run(new Work(1, (_, _) => { })), Throws.TypeOf<ObjectDisposedException>());
    }
}
