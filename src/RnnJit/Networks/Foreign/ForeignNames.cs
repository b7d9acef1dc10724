using System.Text.RegularExpressions;

namespace RnnJit.Networks;

/// <summary>Names of modules and layers that a file gives to parameters of a model.</summary>
internal static partial class ForeignNames
{
    /// <exception cref="ForeignWeightsException">The name could not be written into a Program.</exception>
    public static void Require(string name, string source)
    {
        if (!Usable().IsMatch(name))
            throw new ForeignWeightsException(
                $"{source} names a layer '{name}', wanted at most 200 letters, digits, dots, underscores and hyphens (rename it)");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.\-]{0,200}\z")]
    private static partial Regex Usable();
}
