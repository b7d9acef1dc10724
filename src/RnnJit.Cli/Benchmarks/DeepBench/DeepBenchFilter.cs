using System.CommandLine;

namespace RnnJit.Cli.Benchmarks.DeepBench;

/// <summary>The options that choose kernels.</summary>
internal sealed class DeepBenchFilter
{
    private readonly Option<string> set = CommonOptions.Text("--set", $"Only this set: {string.Join(", ", DeepBenchKernel.Sets)}", "");
    private readonly Option<string> cell = CommonOptions.Text("--cell", $"Only this cell: {string.Join(", ", DeepBenchKernel.Cells)}", "");
    private readonly Option<int> hidden = CommonOptions.Number("--hidden", "Only this many units; 0: all", 0);
    private readonly Option<int> batch = CommonOptions.Number("--batch", "Only this many rows; 0: all", 0);
    private readonly Option<int> steps = CommonOptions.Number("--seq", "Only this many steps; 0: all", 0);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[set, cell, hidden, batch, steps])
            command.Add(option);
    }

    /// <exception cref="UsageException">A name is unknown, or no kernel is left.</exception>
    public DeepBenchKernel[] Read(ParseResult parsed)
    {
        string wantedSet = Known(parsed, set, DeepBenchKernel.Sets), wantedCell = Known(parsed, cell, DeepBenchKernel.Cells);
        bool Is(Option<int> option, int found) => parsed.GetValue(option) == 0 || parsed.GetValue(option) == found;
        DeepBenchKernel[] kernels = [.. DeepBenchKernel.All.Where(kernel =>
            (wantedSet.Length == 0 || kernel.Set == wantedSet) && (wantedCell.Length == 0 || kernel.Cell == wantedCell)
                && Is(hidden, kernel.Hidden) && Is(batch, kernel.Batch) && Is(steps, kernel.Steps))];
        return kernels.Length > 0
            ? kernels
            : throw new UsageException("DeepBench has no such kernel (see 'rnnjit bench deepbench --list')");
    }

    private static string Known(ParseResult parsed, Option<string> option, string[] names)
    {
        string found = parsed.GetRequiredValue(option).ToLowerInvariant();
        return found.Length == 0 || names.Contains(found)
            ? found
            : throw new UsageException($"{option.Name} is '{found}', wanted {string.Join(", ", names)} (change it)");
    }
}
