namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// What this thread allocates in turns of the same work: as often as there were turns, the least of one. Work that allocates does so in every turn; in a process where other
/// threads are busy .NET was seen to count 8 KB in a single turn of work that in a process of its own allocates nothing (why is not known; collections alone do not do it).
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
