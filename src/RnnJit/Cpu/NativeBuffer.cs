using System.Runtime.InteropServices;

namespace RnnJit.Cpu;

/// <summary>Zeroed memory outside the garbage collector's reach, aligned to 64 bytes; from 2 MB on aligned to 2 MB, on
/// Linux with huge pages advised.</summary>
/// <remarks>Disposed while somebody is between <see cref="TryEnter"/> and <see cref="Exit"/>, it is freed at the last exit.</remarks>
internal sealed unsafe partial class NativeBuffer : IDisposable
{
    private const nuint CacheLine = 64;
    private const nuint HugePage = 2 * 1024 * 1024;
    private const int AdviseHugePage = 14;

    // Smaller ones are not worth asking how much memory there is.
    private const long Large = 1 << 28;

    private nint data;
    private int users;
    private int disposed;

    /// <param name="bytes">Size; 0 is allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block, or less memory in all: where it promises more than it has,
    /// using it would end the process.</exception>
    public NativeBuffer(long bytes)
    {
        if (bytes < 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), $"A buffer has no {bytes} bytes (give 0 or more).");

        if (bytes > Large && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var available && bytes > available)
            throw new OutOfMemoryException($"A buffer wants {bytes} bytes, but this machine has {available} (give smaller sizes).");

        Length = bytes;
        nuint size = (nuint)Math.Max(bytes, 1);
        nuint alignment = size >= HugePage ? HugePage : CacheLine;
        void* memory = NativeMemory.AlignedAlloc(size, alignment);
        data = (nint)memory;
        if (alignment == HugePage)
            AdviseHugePages(memory, size);
        NativeMemory.Clear(memory, size);
        NativeBytes.Add(bytes);
        if (bytes > 0)
            GC.AddMemoryPressure(bytes);
    }

    ~NativeBuffer() => Free();

    /// <summary>Size in bytes.</summary>
    public long Length { get; }

    /// <summary>First byte.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public byte* Data
    {
        get
        {
            if (IsDisposed)
                ThrowDisposed();
            return (byte*)data;
        }
    }

    public bool IsDisposed => Volatile.Read(ref disposed) != 0;

    private static void ThrowDisposed() =>
        throw new ObjectDisposedException(null,
            "The tensor's memory is freed: what it belongs to was disposed (copy the values before Dispose, or dispose later)");

    /// <summary>Keeps the memory until <see cref="Exit"/>; false if it was disposed.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref users);
        if (!IsDisposed)
            return true;

        Exit();
        return false;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref users) == 0 && IsDisposed)
            Free();
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref disposed, 1);
        if (Volatile.Read(ref users) == 0)
            Free();
    }

    private void Free()
    {
        nint memory = Interlocked.Exchange(ref data, 0);
        if (memory == 0)
            return;

        NativeMemory.AlignedFree((void*)memory);
        NativeBytes.Add(-Length);
        GC.SuppressFinalize(this);
        if (Length > 0)
            GC.RemoveMemoryPressure(Length);
    }

    // Advice only: without it, or where libc has no such function, the pages stay small.
    private static void AdviseHugePages(void* data, nuint size)
    {
        if (!OperatingSystem.IsLinux())
            return;

        try
        {
            _ = MemoryAdvise((byte*)data, size, AdviseHugePage);
        }
        catch (DllNotFoundException)
        {
        }
        catch (EntryPointNotFoundException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(byte* data, nuint length, int advice);
}
