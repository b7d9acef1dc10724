using RnnJit.Ir;
using RnnJit.Metrics;

namespace RnnJit.Tests.Metrics;

/// <summary>Metrics of what cannot be measured: one sentence, no figure.</summary>
public class MetricRefusalTests
{
    [Test]
    public void Scores_of_ctc_that_are_not_finite_are_refused()
    {
        var scores = new NdArray([2, 3], [0, -1, -1, double.NaN, -1, -1]);
        string sentence = "The scores of step 1 hold NaN at most, wanted a finite one (the model is damaged, or it diverged in training)";
        Assert.That(() => CtcDecoder.BestPath(scores), Throws.TypeOf<NotFiniteNumberException>().With.Message.EqualTo(sentence));
        Assert.That(() => CtcDecoder.Beam(scores, 2), Throws.TypeOf<NotFiniteNumberException>().With.Message.EqualTo(sentence));
        double no = double.NegativeInfinity;
        Assert.That(() => CtcDecoder.Beam(new NdArray([1, 2], [no, no]), 2), Throws.TypeOf<NotFiniteNumberException>());
        Assert.That(CtcDecoder.Beam(new NdArray([1, 2], [no, 0]), 2).Labels, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_class_that_a_confusion_matrix_does_not_have_is_named()
    {
        var matrix = new ConfusionMatrix(3);
        string sentence = "Class 9 was asked for, wanted 0 to 2 (correct it)";
        Assert.That(() => matrix.Precision(9), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => matrix.Recall(9), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => matrix.F1(9), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => matrix[9, 0], Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => matrix[0, -1], Throws.ArgumentException.With.Message.Contains("Class -1"));
        Assert.That((matrix.Precision(0), matrix.Accuracy), Is.EqualTo((0.0, double.NaN)), "as docs/metrics.md says");
    }
}
