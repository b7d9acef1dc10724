using System.Globalization;
using System.Runtime.InteropServices;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// Where single-threaded tools run that are measured in turns: all on one core, on the next one in the next turn. A core whose other half somebody else keeps busy is slower by two
/// fifths, for minutes, and a tool that stays on it would look slower than one that stays beside it. On Linux; elsewhere the system decides.
/// </summary>
internal sealed partial class Cores : IDisposable
{
    // Of a mask of 1024 cores, as the system has it.
    private const int Words = 16;

    private readonly bool moves;

    /// <param name="threads">What the tools run on; they stay where they are if it is more than one.</param>
    public Cores(int threads) => moves = threads == 1 && Environment.ProcessorCount is > 1 and <= 64 && OperatingSystem.IsLinux();

    /// <summary>Puts the calling thread and all threads of some processes on the core of a turn.</summary>
    public void Turn(int turn, IEnumerable<int> processes)
    {
        if (!moves)
            return;

        ulong core = 1UL << (turn % Environment.ProcessorCount);
        Move(0, core);
        foreach (int process in processes)
        {
            foreach (int thread in ThreadsOf(process))
                Move(thread, core);
        }
    }

    /// <summary>Lets the calling thread run anywhere again.</summary>
    public void Dispose()
    {
        if (moves)
            Move(0, Environment.ProcessorCount == 64 ? ulong.MaxValue : (1UL << Environment.ProcessorCount) - 1);
    }

    private static IEnumerable<int> ThreadsOf(int process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task").Select(thread => int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended; whoever asks it for times hears of it.
            return [];
        }
    }

    // What may not be moved stays where it is.
    private static void Move(int thread, ulong cores)
    {
        var mask = new ulong[Words];
        mask[0] = cores;
        _ = SetAffinity(thread, Words * sizeof(ulong), mask);
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nint size, ulong[] mask);
}
