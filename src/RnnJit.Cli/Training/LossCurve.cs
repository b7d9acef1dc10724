using RnnJit.Charts;
using RnnJit.Training;

namespace RnnJit.Cli.Training;

/// <summary>The losses of a training run as a picture.</summary>
internal static class LossCurve
{
    // More points than these touch each other.
    private const int MostMarkers = 40;

    public static LineChart Of(LossHistory history, string title)
    {
        var points = history.Points;
        var chart =
            new LineChart { Title = title, XLabel = "updates", YLabel = "nats per character", Markers = points.Count <= MostMarkers };
        double[] steps = [.. points.Select(point => (double)point.Step)];
        chart.Add("training", steps, [.. points.Select(point => point.Training)]);
        chart.Add("validation", steps, [.. points.Select(point => point.Validation)]);
        return chart;
    }
}
