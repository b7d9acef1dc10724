using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Ranks as threads of this process, which meet at every exchange.</summary>
internal sealed class RankThreads(int count)
{
    private readonly Barrier barrier = new(count);
    private readonly byte[][] sent = new byte[count][];

    /// <summary>Runs the same on every rank; the first exception that is not of the others' making is thrown.</summary>
    public static T[] Run<T>(int count, Func<IRanks, T> rank)
    {
        var together = new RankThreads(count);
        var results = new T[count];
        var faults = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(number => new Thread(() =>
        {
            try
            {
                results[number] = rank(new One(together, number));
            }
            catch (Exception e)
            {
                faults[number] = e;
                together.barrier.RemoveParticipant();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return Array.Find(faults, fault => fault is not null) is { } first
            ? throw new AggregateException(first.Message, faults.OfType<Exception>())
            : results;
    }

    private sealed class One(RankThreads together, int number) : IRanks
    {
        public int Rank => number;

        public int Count => together.sent.Length;

        public void AllToAll(ReadOnlySpan<byte> send, Span<byte> receive)
        {
            int block = send.Length / Count;
            together.sent[number] = send.ToArray();
            together.barrier.SignalAndWait();
            for (int rank = 0; rank < Count; rank++)
                together.sent[rank].AsSpan(number * block, block).CopyTo(receive[(rank * block)..]);
            together.barrier.SignalAndWait();
        }

        public void AllGather(ReadOnlySpan<byte> send, Span<byte> receive)
        {
            together.sent[number] = send.ToArray();
            together.barrier.SignalAndWait();
            for (int rank = 0; rank < Count; rank++)
                together.sent[rank].CopyTo(receive[(rank * send.Length)..]);
            together.barrier.SignalAndWait();
        }
    }
}
