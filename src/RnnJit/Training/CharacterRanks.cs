using System.Globalization;
using System.Text.Json;
using RnnJit.Cpu;

namespace RnnJit.Training;

/// <summary>The comparison of ranks before they train together.</summary>
internal static class CharacterRanks
{
    /// <exception cref="RanksException">Two ranks differ.</exception>
    public static void RequireSame(IRanks ranks, CharacterTraining training, string textHash, byte[] parameters)
    {
        var run = training.Model.Model.Options;
        RankTexts.RequireSame(ranks,
            ("build", Build, "start the same build everywhere"),
            ("instruction set", InstructionSet, "use machines of one kind, or set DOTNET_EnableAVX512=0 or DOTNET_EnableAVX2=0 for all"),
            ("device", $"{run.Device} with {run.RowLanes} row lanes", "give the same --device and --row-lanes"),
            ("options", $"{JsonSerializer.Serialize(training.Options, CharacterJson.Default.CharacterOptions)} and "
                + $"{training.Options.Shards} shards", "give the same options everywhere"),
            ("cell", training.Cell.ToString(), "give the same cell everywhere"),
            ("text", $"with SHA-256 {textHash}", "give the same text everywhere"),
            ("place in the training",
                $"after update {training.Done.ToString(CultureInfo.InvariantCulture)} with parameters "
                    + $"{Convert.ToHexStringLower(parameters)[..16]}",
                "give the same checkpoint everywhere"));
    }

    // A build has its own identifier, which versions of a project in work have in common.
    private static string Build =>
        $"{typeof(CharacterRanks).Assembly.GetName().Version} ({typeof(CharacterRanks).Assembly.ManifestModule.ModuleVersionId:N})";

    private static string InstructionSet =>
        $"of {CpuWidth.Width} bits{(CpuWidth.HasFma ? " with" : " without")} fused multiply-add on "
            + System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture;
}
