using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Dropout masks are inputs [T, B, units] whose initialiser reads <c>dropout 0.2</c>.</summary>
public static class DropoutPort
{
    private const string Word = "dropout ";

    public static string Init(double rate) => Word + rate.ToString("R", CultureInfo.InvariantCulture);

    public static bool Is(Port port) => port.Role == PortRole.Input && port.Init.StartsWith(Word, StringComparison.Ordinal);

    /// <summary>The probability of 0.</summary>
    public static double Rate(Port port) => double.Parse(port.Init.Substring(Word.Length), CultureInfo.InvariantCulture);
}
