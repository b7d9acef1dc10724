using System.Globalization;

namespace RnnJit.Cli.Training;

/// <summary>The text format of losses, counts and times of a training run.</summary>
internal static class Figures
{
    /// <summary>Nats and bits per character: bits = nats / ln 2.</summary>
    public static string Loss(double nats) =>
        string.Create(CultureInfo.InvariantCulture, $"{nats:0.000} nats ({nats / Math.Log(2):0.000} bits)");

    public static string Count(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Time(TimeSpan time) => time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss") : time.ToString(@"m\:ss");
}
