namespace RnnJit.Cpu.Gemm;

/// <summary>Memory that products of a thread copy to: it grows to the largest that was wanted, about a second-level
/// cache, and goes with the thread.</summary>
internal static unsafe class ThreadScratch
{
    [ThreadStatic]
    private static NativeBuffer? buffer;

    /// <summary>Room for so many bytes, aligned to a line of the caches, until this thread's next call.</summary>
    public static byte* Of(long bytes)
    {
        if (buffer is null || buffer.Length < bytes)
        {
            buffer?.Dispose();
            buffer = null;
            buffer = new NativeBuffer(bytes);
        }

        return buffer.Data;
    }
}
