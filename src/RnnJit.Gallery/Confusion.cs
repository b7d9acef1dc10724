using RnnJit.Charts;
using RnnJit.Metrics;

namespace RnnJit.Gallery;

/// <summary>Confusion matrices of classifiers, and their pictures.</summary>
internal static class Confusion
{
    /// <summary>Counts the pairs of a class and an answer.</summary>
    public static ConfusionMatrix Of(IEnumerable<int> truths, IEnumerable<int> answers, int classes)
    {
        var counts = new ConfusionMatrix(classes);
        foreach (var (truth, answer) in truths.Zip(answers))
            counts.Add(truth, answer);
        return counts;
    }

    /// <summary>A row for each class: the share of each answer.</summary>
    public static HeatMap Picture(ConfusionMatrix counts, IReadOnlyList<string> names)
    {
        int[] all = [.. Enumerable.Range(0, names.Count)];
        double[] shares = [.. all.SelectMany(truth => all.Select(answer =>
            (double)counts[truth, answer] / Math.Max(all.Sum(other => counts[truth, other]), 1)))];
        return new HeatMap(names, names, shares)
        {
            Title = "Confusion", YLabel = "class", XLabel = "answer", Width = 820, ShowValues = true,
        };
    }
}
