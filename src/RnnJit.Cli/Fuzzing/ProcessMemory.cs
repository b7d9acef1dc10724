using System.Globalization;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Resident memory of this process from /proc (proc(5)); 0 where there is none.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status", ClearReferences = "/proc/self/clear_refs", ResetHighWater = "5";

    // What an ordinary collection may leave resident.
    private const long Slack = 16L << 20;

    private static long idle = long.MaxValue, floor = long.MaxValue;

    /// <summary>Begins a new peak. A collection and a reset walk the heap and all pages; where little was taken since the last reset they
    /// are left out, and what was taken then counts again.</summary>
    /// <returns>Bytes resident at the reset.</returns>
    public static long ResetPeak()
    {
        if (Peak() is > 0 and var peak && peak - Slack <= floor && floor < long.MaxValue)
            return floor;
        GC.Collect();
        Release();
        try
        {
            File.WriteAllText(ClearReferences, ResetHighWater);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without it the peak is that of the whole process, which is no less.
        }

        return floor = Read("VmRSS:");
    }

    // Free memory that the collector keeps would hide what the next file takes.
    private static void Release()
    {
        long resident = Read("VmRSS:");
        if (resident - Slack > idle)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            idle = Read("VmRSS:");
        }
        else
        {
            idle = Math.Min(idle, resident);
        }
    }

    /// <summary>The most bytes that were resident since the last reset.</summary>
    public static long Peak() => Read("VmHWM:");

    private static long Read(string field)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        string? line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }
}
