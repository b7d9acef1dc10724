using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>
/// One arena for Programs that never run at once, such as the same network bound to several shapes. A Program finds the previous Program's
/// contents there, so a Program that takes the arena over writes its constants and packs its weights again.
/// </summary>
/// <remarks>
/// Grows by half at least, so that all sizes it ever had take at most three times the largest. Results in it are valid until another
/// Program runs.
/// </remarks>
internal sealed class SharedArena : IDisposable
{
    private const double Growth = 1.5;

    private readonly Dictionary<NativeBuffer, int> tenants = [];
    private NativeBuffer? largest;
    private object? user;

    /// <summary>Bytes of all buffers that a Program still has.</summary>
    public long Bytes => tenants.Keys.Sum(buffer => buffer.Length);

    /// <summary>A buffer of at least so many bytes, for a Program to use in turns with others.</summary>
    public NativeBuffer Rent(long bytes)
    {
        if (largest is null || largest.Length < bytes)
        {
            NativeBuffer? before = largest;
            largest = new NativeBuffer(Math.Max(bytes, (long)((before?.Length ?? 0) * Growth)));
            tenants[largest] = 0;
            if (before is not null)
                Free(before);
        }

        tenants[largest]++;
        return largest;
    }

    /// <summary>A Program runs next. True where another one ran since it last did.</summary>
    public bool Take(object program)
    {
        bool other = !ReferenceEquals(user, program);
        user = program;
        return other;
    }

    /// <summary>A Program that rented a buffer is gone.</summary>
    public void Return(NativeBuffer buffer)
    {
        if (!tenants.ContainsKey(buffer))
            return;
        tenants[buffer]--;
        Free(buffer);
    }

    public void Dispose()
    {
        foreach (NativeBuffer buffer in tenants.Keys)
            buffer.Dispose();
        tenants.Clear();
    }

    private void Free(NativeBuffer buffer)
    {
        if (buffer == largest || tenants[buffer] > 0)
            return;
        tenants.Remove(buffer);
        buffer.Dispose();
    }
}
