using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

/// <summary>An array with a fence of known values on both sides, which a test asks about afterwards.</summary>
internal sealed unsafe class GuardedMemory<T> : IDisposable
    where T : unmanaged
{
    private const int Fence = 128;

    private readonly NativeBuffer buffer;
    private readonly byte mark;

    public GuardedMemory(int length, byte mark = 0xA5)
    {
        Length = length;
        this.mark = mark;
        buffer = new NativeBuffer((long)length * sizeof(T) + 2 * Fence);
        new Span<byte>(buffer.Data, (int)buffer.Length).Fill(mark);
    }

    public int Length { get; }

    public T* Data => (T*)(buffer.Data + Fence);

    public Span<T> Span => new(Data, Length);

    /// <summary>True if nothing outside the array was written.</summary>
    public bool Intact => new ReadOnlySpan<byte>(buffer.Data, Fence).IndexOfAnyExcept(mark) < 0
        && new ReadOnlySpan<byte>((byte*)Data + (long)Length * sizeof(T), Fence).IndexOfAnyExcept(mark) < 0;

    public void Dispose() => buffer.Dispose();
}
