namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// Bytes that this thread allocates in repeated turns of the same work: the least of one turn, times the number of turns. Work that
/// allocates does so in every turn, so the minimum drops allocations of .NET itself. Where other threads are busy, .NET was seen to count 8
/// KB in single turns of work that allocates nothing in a process of its own. The cause is unknown; garbage collections alone do not do it.
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
