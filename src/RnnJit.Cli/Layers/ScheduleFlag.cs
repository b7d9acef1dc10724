using System.CommandLine;
using RnnJit.Runtime;

namespace RnnJit.Cli.Layers;

/// <summary><c>--schedule</c>: how loops over time use their threads.</summary>
internal static class ScheduleFlag
{
    private static readonly (string Name,
        ScanSchedule Schedule)[] Names = [("batch", ScanSchedule.BatchParallel), ("hidden", ScanSchedule.HiddenParallel)];

    public static Option<string?> Create() => CommonOptions.Optional(
        "--schedule",
        "How loops use their threads: batch (each has rows of the batch) or hidden (each has units, and all meet after each instruction); "
            + "else what is estimated to be faster",
        "batch or hidden");

    /// <summary>The value of <c>--schedule</c> that chooses a schedule.</summary>
    public static string Name(ScanSchedule schedule) => Names.Single(pair => pair.Schedule == schedule).Name;

    /// <returns>Null where the estimate decides.</returns>
    /// <exception cref="UsageException">There is no such schedule.</exception>
    public static ScanSchedule? Read(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } found)
            return null;
        return Array.FindIndex(Names, pair => pair.Name.Equals(found, StringComparison.OrdinalIgnoreCase)) is var i and >= 0
            ? Names[i].Schedule
            : throw new UsageException(
                $"{option.Name} is '{found}', wanted {string.Join(" or ", Names.Select(pair => pair.Name))} (change it)");
    }
}
