namespace RnnJit.Cpu;

/// <summary>A thread in a run of a <see cref="WorkerPool"/>: the phase it is at and the shares it takes first.</summary>
internal struct TeamThread
{
    private readonly WorkerPool? pool;

    /// <summary>A thread that does all shares itself, without a pool.</summary>
    public TeamThread(int shares)
    {
        (Shares, Last, IsCaller) = (shares, shares, true);
    }

    /// <param name="index">0 … threads − 1. Each prefers the same shares in every phase, for their operands are in its cache.</param>
    public TeamThread(WorkerPool pool, int index, long phase)
    {
        this.pool = pool;
        (Shares, Phase, IsCaller) = (pool.Shares, phase, index == 0);

        // The calling thread has the last ones, which are the largest.
        int place = pool.Threads - 1 - index;
        Begin = Unit = place * pool.Units / pool.Threads;
        End = (place + 1) * pool.Units / pool.Threads;
    }

    /// <summary>Number of shares of each phase.</summary>
    public int Shares { get; }

    /// <summary>True for the thread that called <see cref="WorkerPool.Run"/>.</summary>
    public bool IsCaller { get; }

    /// <summary>True after a share threw; the thread then takes no further share.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The phase, counted through all runs of the pool.</summary>
    public long Phase { get; private set; }

    /// <summary>The first unit of shares that it prefers.</summary>
    public int Begin { get; }

    /// <summary>One past the last unit that it prefers.</summary>
    public int End { get; }

    /// <summary>The next of these units.</summary>
    public int Unit { get; set; }

    /// <summary>The next share of the unit that it has.</summary>
    public int Next { get; set; }

    /// <summary>One past the last share of that unit.</summary>
    public int Last { get; set; }

    /// <summary>Number of finished units that are not yet reported.</summary>
    public int Done { get; set; }

    /// <summary>
    /// True after this thread took a share that another one prefers: the other is late, so this thread takes more without spinning first.
    /// </summary>
    public bool IsAhead { get; set; }

    /// <summary>Takes a share of the phase that nobody has; false once all shares are done, by whomever, and the next phase
    /// begins.</summary>
    public bool Take(out int share)
    {
        share = Next;
        if (share < Last)
        {
            Next++;
            return true;
        }

        if (pool is not null)
            return pool.Take(ref this, out share);

        Next = 0;
        return false;
    }

    /// <summary>Goes on to the next phase.</summary>
    public void Pass()
    {
        Phase++;
        Unit = Begin;
    }
}
