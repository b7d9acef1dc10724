namespace RnnJit.Tests.Files;

/// <summary>Passes on <paramref name="room"/> bytes, then fails as a full disk does.</summary>
internal sealed class FullDisk(Stream inner, int room) : Stream
{
    private int left = room;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => inner.Length;
    public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count)
    {
        var taken = Math.Min(left, count);
        inner.Write(buffer, offset, taken);
        left -= taken;
        if (taken < count)
            throw new IOException("No space left on device");
    }

    public override void Flush() => inner.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
