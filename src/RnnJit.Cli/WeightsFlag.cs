using System.CommandLine;
using RnnJit.Runtime;

namespace RnnJit.Cli;

/// <summary>The option <c>--weights</c> of what runs models without training them.</summary>
internal static class WeightsFlag
{
    private static readonly (string Name,
        WeightStorage Storage)[] Names = [("f32", WeightStorage.Single), ("bf16", WeightStorage.BFloat16), ("f16", WeightStorage.Half)];

    public static Option<string> Create() =>
        CommonOptions.Text("--weights", "How weights are stored while it runs: f32, bf16 or f16", "f32");

    /// <summary>The value of <c>--weights</c> that chooses a storage format.</summary>
    public static string Name(WeightStorage storage) => Names.Single(pair => pair.Storage == storage).Name;

    /// <exception cref="UsageException">There is no such storage.</exception>
    public static WeightStorage Read(ParseResult parsed, Option<string> option)
    {
        string found = parsed.GetRequiredValue(option);
        return Array.FindIndex(Names, pair => pair.Name.Equals(found, StringComparison.OrdinalIgnoreCase)) is var i and >= 0
            ? Names[i].Storage
            : throw new UsageException(
                $"{option.Name} is '{found}', wanted {string.Join(", ", Names.Select(pair => pair.Name))} (change it)");
    }
}
