using System.Globalization;
using System.Text;

namespace RnnJit.Metrics;

/// <summary>Counts of true and predicted classes, and metrics derived from them.</summary>
/// <remarks>
/// From memory: balanced accuracy and the macro mean of F1 are those of scikit-learn (<c>balanced_accuracy_score</c>; <c>f1_score</c> with
/// <c>average="macro"</c> and <c>zero_division=0</c>): the first averages recall over classes that occur, the second averages F1 over
/// classes that occur or are predicted.
/// </remarks>
public sealed class ConfusionMatrix
{
    private readonly long[,] counts;

    /// <param name="classes">Number of classes, numbered from 0.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ConfusionMatrix(int classes) => counts = classes >= 1
        ? new long[classes, classes]
        : throw new ArgumentException($"A confusion matrix of {classes} classes was asked for, wanted at least 1 (give their number)",
            nameof(classes));

    /// <summary>Number of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>Pairs that were added.</summary>
    public long Total { get; private set; }

    /// <summary>Pairs of a true and a predicted class.</summary>
    /// <exception cref="ArgumentException">A class is out of range.</exception>
    public long this[int truth, int predicted] => counts[Known(truth), Known(predicted)];

    /// <exception cref="ArgumentException">A class is out of range.</exception>
    public void Add(int truth, int predicted)
    {
        Require(truth, predicted);
        counts[truth, predicted]++;
        Total++;
    }

    /// <summary>Adds a pair for each token of a sequence or of a padded batch, except padding.</summary>
    /// <param name="truth">True classes; tokens of the class <paramref name="ignored"/>, such as padding, are left out.</param>
    /// <param name="predicted">As many predicted classes, in the same order.</param>
    /// <param name="ignored">Target of padding, -1 by convention of ours, -100 by PyTorch's.</param>
    /// <exception cref="ArgumentException">Predictions are more or fewer, or a class is out of range; nothing is added.</exception>
    public void Add(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int ignored = -1)
    {
        if (truth.Length != predicted.Length)
            throw new ArgumentException($"There are {truth.Length} true classes and {predicted.Length} predicted ones (give as many)");
        for (int i = 0; i < truth.Length; i++)
        {
            if (truth[i] != ignored)
                Require(truth[i], predicted[i]);
        }

        for (int i = 0; i < truth.Length; i++)
        {
            if (truth[i] != ignored)
                Add(truth[i], predicted[i]);
        }
    }

    /// <summary>Share of pairs whose classes are equal; NaN without pairs.</summary>
    public double Accuracy => (double)Enumerable.Range(0, Classes).Sum(c => counts[c, c]) / Total;

    /// <summary>Mean recall over the classes that occur; NaN without pairs.</summary>
    public double BalancedAccuracy =>
        Enumerable.Range(0, Classes).Where(c => TrueOf(c) > 0).Select(Recall).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Mean F1 over the classes that occur or are predicted; NaN without pairs.</summary>
    public double MacroF1 =>
        Enumerable.Range(0, Classes).Where(c => TrueOf(c) + PredictedOf(c) > 0).Select(F1).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Share of a class that was found; 0 where it does not occur.</summary>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public double Recall(int of) => Share(counts[Known(of), of], TrueOf(of));

    /// <summary>Share of the predictions of a class that are right; 0 where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public double Precision(int of) => Share(counts[Known(of), of], PredictedOf(of));

    /// <summary>Harmonic mean of precision and recall; 0 where both are 0.</summary>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public double F1(int of) => Share(2 * counts[Known(of), of], TrueOf(of) + PredictedOf(of));

    /// <summary>A table: a row for each true class, a column for each predicted one.</summary>
    /// <param name="names">A name for each class.</param>
    /// <exception cref="ArgumentException">There are more or fewer names than classes.</exception>
    public string ToTable(IReadOnlyList<string> names)
    {
        if (names.Count != Classes)
            throw new ArgumentException($"{names.Count} names were given for {Classes} classes (give one for each)", nameof(names));
        string[,] cells = new string[Classes + 1, Classes + 1];
        for (int row = 0; row <= Classes; row++)
        {
            for (int column = 0; column <= Classes; column++)
            {
                cells[row, column] = row == 0 ? column == 0 ? "true \\ predicted" : names[column - 1]
                    : column == 0 ? names[row - 1] : counts[row - 1, column - 1].ToString(CultureInfo.InvariantCulture);
            }
        }

        var text = new StringBuilder();
        for (int row = 0; row <= Classes; row++)
        {
            for (int column = 0; column <= Classes; column++)
            {
                int width = Enumerable.Range(0, Classes + 1).Max(r => cells[r, column].Length);
                text.Append(column == 0 ? cells[row, column].PadRight(width) : "  " + cells[row, column].PadLeft(width));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private void Require(int truth, int predicted)
    {
        if ((uint)truth >= (uint)Classes || (uint)predicted >= (uint)Classes)
            throw new ArgumentException(
                $"The true class is {truth} and the predicted one {predicted}, wanted 0 to {Classes - 1} (correct them)");
    }

    private int Known(int of) => (uint)of < (uint)Classes
        ? of
        : throw new ArgumentException($"Class {of} was asked for, wanted 0 to {Classes - 1} (correct it)");

    private long TrueOf(int of) => Enumerable.Range(0, Classes).Sum(other => counts[of, other]);

    private long PredictedOf(int of) => Enumerable.Range(0, Classes).Sum(other => counts[other, of]);

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
