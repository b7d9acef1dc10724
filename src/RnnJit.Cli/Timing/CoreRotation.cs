using System.Globalization;
using System.Runtime.InteropServices;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Timing;

/// <summary>
/// CPU affinity of single-threaded tools that are measured in turns: all tools run on one core in a turn, and on the next core in the next
/// turn. A core whose sibling hyperthread is busy with other work is slower by two fifths, for minutes: a tool pinned to it would look
/// slower than its peers. Linux only; elsewhere the system places the threads.
/// </summary>
internal sealed partial class CoreRotation : IDisposable
{
    // Of a mask of 1024 cores, as the system has it.
    private const int Words = 16, WordBits = 64;

    // Cores on which the thread may run, inherited from the process's affinity; empty if threads are not moved.
    private readonly int[] allowed;

    /// <param name="threads">Threads of each tool; nothing is moved if it is more than one.</param>
    public CoreRotation(int threads) => allowed = threads == 1 && Allowed() is { Length: > 1 } several ? several : [];

    /// <summary>Puts the calling thread and all threads of some processes on the core of a turn.</summary>
    public void Turn(int turn, IEnumerable<int> processes)
    {
        if (allowed.Length == 0)
            return;

        int[] core = [allowed[turn % allowed.Length]];
        Move(0, core);
        foreach (int process in processes)
        {
            foreach (int thread in ThreadsOf(process))
                Move(thread, core);
        }
    }

    /// <summary>Lets the calling thread run where it might run before.</summary>
    public void Dispose()
    {
        if (allowed.Length > 0)
            Move(0, allowed);
    }

    /// <summary>The cores that the calling thread may run on; none where the system does not say.</summary>
    public static int[] Allowed()
    {
        var mask = new ulong[Words];
        if (!OperatingSystem.IsLinux() || GetAffinity(0, Words * sizeof(ulong), mask) < 0)
            return [];
        return [.. Enumerable.Range(0, Words * WordBits).Where(core => (mask[core / WordBits] >> (core % WordBits) & 1) == 1)];
    }

    /// <summary>Lets a thread run on some cores only; 0 is the calling one. A thread that may not be moved stays on its cores.</summary>
    public static void Move(int thread, IEnumerable<int> cores)
    {
        var mask = new ulong[Words];
        foreach (int core in cores)
            mask[core / WordBits] |= 1UL << (core % WordBits);
        _ = SetAffinity(thread, Words * sizeof(ulong), mask);
    }

    private static IEnumerable<int> ThreadsOf(int process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task")
                .Select(thread => int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended; whoever asks it for times hears of it.
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nint size, ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAffinity(int thread, nint size, [Out] ulong[] mask);
}
