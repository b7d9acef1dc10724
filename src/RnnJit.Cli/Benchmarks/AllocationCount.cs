namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// What this thread allocates in turns of the same work: as often as there were turns, the least of one. When memory is collected, by whatever thread, the rest of a thread's
/// allocation buffer (8 KB) is taken away, and .NET counts that as allocated; work that allocates does so in every turn.
/// </summary>
internal sealed class AllocationCount
{
    private long least = long.MaxValue;
    private int turns;

    public long Bytes => turns == 0 ? 0 : least * turns;

    public void Measure(Action turn)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        turn();
        least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        turns++;
    }
}
