using System.Globalization;

namespace RnnJit.Ir;

/// <summary>Numbers inside initialisers such as <c>dropout 0.2</c> and <c>running 0 for 100</c>, whatever wrote them.</summary>
internal static class InitNumber
{
    /// <exception cref="GraphException">RNNJ240: the text is no finite number.</exception>
    public static double Real(Port port, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && !double.IsNaN(number)
            && !double.IsInfinity(number)
        ? number
        : throw Refusal(port, text, "a number with a decimal point such as 0.5");

    /// <exception cref="GraphException">RNNJ240: the text is no whole number of at least 1.</exception>
    public static int Whole(Port port, string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) && number >= 1
        ? number
        : throw Refusal(port, text, "a whole number of at least 1");

    private static GraphException Refusal(Port port, string found, string wanted) =>
        new("RNNJ240", $"The initialiser of '{port.Name}' is '{port.Init}': it holds '{found}', wanted {wanted} (change it)");
}
