using System.CommandLine;
using System.Globalization;

namespace RnnJit.Cli;

/// <summary><c>--checkpoint</c>: how often the forward pass keeps its state for the backward pass.</summary>
internal static class CheckpointFlag
{
    public static Option<string> Create() => CommonOptions.Text("--checkpoint",
        "Keep the states of every so many steps and compute the rest twice, which saves memory: a number, auto (about the root of --seq) "
            + "or 0 (keep everything)",
        "0");

    /// <returns>0: everything is kept; null: about √T.</returns>
    /// <exception cref="UsageException">It is neither a number nor auto.</exception>
    public static int? Read(ParseResult parsed, Option<string> option)
    {
        string text = parsed.GetRequiredValue(option);
        if (text == "auto")
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int interval)
            ? interval
            : throw new UsageException($"--checkpoint is '{text}', wanted a number of steps, auto or 0 (change it)");
    }
}
