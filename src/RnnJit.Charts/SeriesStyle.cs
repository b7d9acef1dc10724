namespace RnnJit.Charts;

/// <summary>Colours that people with any colour vision tell apart (Okabe and Ito 2008), without their yellow, which is faint on
/// white.</summary>
internal static class SeriesStyle
{
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

    // Solid first; when the colours are used up, they come again in another dash.
    private static readonly string[] Dashes = ["", "7 4", "2 3", "9 3 2 3"];

    public static string Colour(int series) => Colours[series % Colours.Length];

    public static string Dash(int series) => Dashes[series / Colours.Length % Dashes.Length] is { Length: > 0 } dash
        ? $"stroke-dasharray=\"{dash}\""
        : "";
}
