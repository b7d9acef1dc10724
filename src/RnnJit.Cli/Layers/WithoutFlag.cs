using System.CommandLine;
using RnnJit.Passes;

namespace RnnJit.Cli.Layers;

/// <summary>The option <c>--without</c>: passes that are switched off.</summary>
internal static class WithoutFlag
{
    /// <param name="open">Whether names may follow each other, as in <c>--without merge-matmuls fuse</c>; not where an
    /// argument of the command may follow.</param>
    public static Option<string[]> Create(bool open) => new("--without")
    {
        Description = $"Passes to switch off{(open ? ", to see what they are worth" : "")}, separated by commas: "
            + $"{string.Join(", ", LayerRequest.Passes.Keys)}",
        HelpName = "pass",
        AllowMultipleArgumentsPerToken = open,
    };

    /// <summary>Passes by the names that people give.</summary>
    /// <exception cref="UsageException">There is no such pass.</exception>
    public static string[] Read(ParseResult parsed, Option<string[]> option) =>
        [.. (parsed.GetValue(option) ?? []).SelectMany(names => names.Split(',')).Select(Pass)];

    private static string Pass(string name) => LayerRequest.Passes.ContainsKey(name)
        ? name
        : throw new UsageException(Pipeline.NewName(name) is { } now
            ? $"--without is '{name}', which is called {now} now (change it)"
            : $"--without is '{name}', wanted one of {string.Join(", ", LayerRequest.Passes.Keys)} (change it)");
}
