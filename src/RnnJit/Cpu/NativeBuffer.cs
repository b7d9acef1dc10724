using System.Runtime.InteropServices;

namespace RnnJit.Cpu;

/// <summary>Zeroed memory outside the garbage collector's reach, aligned to 64 bytes; from 2 MB on aligned to 2 MB, on Linux with huge pages advised.</summary>
internal sealed unsafe partial class NativeBuffer : IDisposable
{
    private const nuint CacheLine = 64;
    private const nuint HugePage = 2 * 1024 * 1024;
    private const int AdviseHugePage = 14;

    // Smaller ones are not worth asking how much memory there is.
    private const long Large = 1 << 28;

    private byte* data;

    /// <param name="bytes">Size; 0 is allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block, or less memory in all: where it promises more than it has, using it would end the process.</exception>
    public NativeBuffer(long bytes)
    {
        if (bytes < 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), $"A buffer has no {bytes} bytes (give 0 or more).");

        if (bytes > Large && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var available && bytes > available)
            throw new OutOfMemoryException($"A buffer wants {bytes} bytes, but this machine has {available} (give smaller sizes).");

        Length = bytes;
        nuint size = (nuint)Math.Max(bytes, 1);
        nuint alignment = size >= HugePage ? HugePage : CacheLine;
        data = (byte*)NativeMemory.AlignedAlloc(size, alignment);
        if (alignment == HugePage)
            AdviseHugePages(data, size);
        NativeMemory.Clear(data, size);
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
            ObjectDisposedException.ThrowIf(data == null, this);
            return data;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (data == null)
            return;

        NativeMemory.AlignedFree(data);
        data = null;
        if (Length > 0)
            GC.RemoveMemoryPressure(Length);
    }

    // Advice only: without it, or where libc has no such function, the pages stay small.
    private static void AdviseHugePages(byte* data, nuint size)
    {
        if (!OperatingSystem.IsLinux())
            return;

        try
        {
            _ = MemoryAdvise(data, size, AdviseHugePage);
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
