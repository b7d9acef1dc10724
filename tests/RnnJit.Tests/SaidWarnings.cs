using System.Collections.Concurrent;

/// <summary>All warnings of this process: the tests run interpreted kernels on purpose.</summary>
[SetUpFixture]
public sealed class SaidWarnings
{
    public static ConcurrentQueue<string> All { get; } = new();

    [OneTimeSetUp]
    public void Collect() => RnnJit.Warnings.Logger = new RnnJit.SentenceLogger(All.Enqueue);
}
