using System.Reflection;
using System.Text;
using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Cli;

/// <summary>The project's own documents and source, embedded at build: what <c>train</c> reads when it is given no text.</summary>
internal static class OwnText
{
    /// <summary>The name of this text in checkpoints.</summary>
    public const string Source = "RnnJit's own text";

    private const string Prefix = "own-text/";

    public static CharacterText Read()
    {
        Assembly assembly = typeof(OwnText).Assembly;
        var text = new StringBuilder();
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            text.Append(reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd()).Append("\n\n");
        }

        return CharacterText.From(text.ToString(), Source);
    }
}
