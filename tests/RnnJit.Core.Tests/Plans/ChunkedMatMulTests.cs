using RnnJit.Plans;

namespace RnnJit.Core.Tests.Plans;

/// <summary>Steps of a chunk: a power of two with enough rows, of which time has two or more.</summary>
public class ChunkedMatMulTests
{
    private const long Row = 1 << 20;

    [TestCase(100, 16, 256, 16)]
    [TestCase(32, 16, 256, 16)]
    [TestCase(31, 16, 256, 0)]
    [TestCase(100, 15, 256, 32)]
    [TestCase(2, 256, 256, 1)]
    [TestCase(1, 256, 256, 0)]
    [TestCase(100, 0, 256, 0)]
    [TestCase(100, 1, int.MaxValue, 0)]
    [TestCase(int.MaxValue, 1, 1 << 29, 1 << 29)]
    [TestCase(int.MaxValue, 1, (1 << 29) + 1, 0)]
    [TestCase(int.MaxValue, 1, int.MaxValue, 0)]
    public void A_chunk_has_so_many_steps(int steps, int batch, int leastRows, int wanted) =>
        Assert.That(ChunkedMatMul.StepsOf(steps, batch, Row, new ChunkLimits(0, leastRows)), Is.EqualTo(wanted));

    [TestCase(1, 0)]
    [TestCase(0, 16)]
    public void What_stays_in_the_cache_is_not_chunked(int moreBytes, int wanted) =>
        Assert.That(ChunkedMatMul.StepsOf(100, 16, Row, new ChunkLimits((100 * Row) - 1 + moreBytes, 256)), Is.EqualTo(wanted));
}
