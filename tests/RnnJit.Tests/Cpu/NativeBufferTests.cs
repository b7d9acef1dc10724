using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

public sealed unsafe class NativeBufferTests
{
    [TestCase(0, 64)]
    [TestCase(1, 64)]
    [TestCase(1000, 64)]
    [TestCase(2 * 1024 * 1024, 2 * 1024 * 1024)]
    [TestCase(5_000_001, 2 * 1024 * 1024)]
    public void Memory_is_aligned_and_zeroed(int bytes, int alignment)
    {
        using var buffer = new NativeBuffer(bytes);
        Assert.That(buffer.Length, Is.EqualTo(bytes));
        Assert.That((long)buffer.Data % alignment, Is.Zero);
        Assert.That(new ReadOnlySpan<byte>(buffer.Data, bytes).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
    }

    [Test]
    public void A_disposed_buffer_gives_no_memory()
    {
        var buffer = new NativeBuffer(100);
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(() => (nint)buffer.Data, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void More_than_the_machine_has_is_refused_before_it_is_used() =>
        Assert.That(() => new NativeBuffer(1L << 46),
            Throws.TypeOf<OutOfMemoryException>().With.Message.StartsWith("A buffer wants 70368744177664 bytes, but this machine has "));

    [Test]
    public void A_negative_size_is_refused() =>
        Assert.That(() => new NativeBuffer(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("-1 bytes"));
}
