using RnnJit.Ir;
using RnnJit.Metrics;

namespace RnnJit.Tests.Metrics;

/// <summary>Metrics against values worked by hand.</summary>
public class MetricsTests
{
    // True 0: right 3, as 1 once. True 1: right 1, as 0 once, as 2 twice. Class 2 does not occur and is predicted twice; class 3 neither.
    private static ConfusionMatrix Matrix
    {
        get
        {
            var matrix = new ConfusionMatrix(4);
            foreach (var (truth, predicted) in ((int, int)[])[(0, 0), (0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (1, 2), (1, 2)])
                matrix.Add(truth, predicted);
            return matrix;
        }
    }

    [Test]
    public void Tokens_of_padding_are_left_out_of_the_accuracy()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add([0, 2, -1, -1], [0, 1, 0, 7]);
        matrix.Add([1, 1, -100], [1, 1, 2], ignored: -100);
        Assert.That((matrix.Total, matrix.Accuracy), Is.EqualTo((4, 0.75)));
        Assert.That(() => matrix.Add([0, 1], [0]), Throws.ArgumentException.With.Message.Contains("2 true classes and 1 predicted ones"));
        Assert.That(() => matrix.Add([0, 1], [0, 3]), Throws.ArgumentException.With.Message.Contains("the predicted one 3, wanted 0 to 2"));
        Assert.That(matrix.Total, Is.EqualTo(4), "nothing was added");
    }

    [Test]
    public void Rates_of_a_confusion_matrix()
    {
        Assert.That(Matrix.Accuracy, Is.EqualTo(4 / 8.0));
        Assert.That(Matrix.BalancedAccuracy, Is.EqualTo((0.75 + 0.25) / 2));
        Assert.That(Matrix.F1(0), Is.EqualTo(6 / 8.0));
        Assert.That(Matrix.F1(1), Is.EqualTo(2 / 6.0));
        Assert.That(Matrix.MacroF1, Is.EqualTo((0.75 + (1 / 3.0) + 0) / 3).Within(1e-15),
            "a class that is only predicted counts as 0, one that is nowhere not at all");
        Assert.That((Matrix.Precision(2), Matrix.Recall(2), Matrix[1, 2], Matrix.Total), Is.EqualTo((0.0, 0.0, 2L, 8L)));
        Assert.That(new ConfusionMatrix(2).Accuracy, Is.NaN);
        Assert.That(Matrix.ToTable(["a", "b", "c", "dd"]), Is.EqualTo(
            "true \\ predicted  a  b  c  dd\na                 3  1  0   0\nb                 1  1  2   0\nc                 0  0  0   0\n"
                + "dd                0  0  0   0\n"));
        Assert.That(() => Matrix.Add(4, 0), Throws.ArgumentException.With.Message.Contains("wanted 0 to 3"));
    }

    [TestCase("kitten", "sitting", 3)]
    [TestCase("", "abc", 3)]
    [TestCase("abc", "", 3)]
    [TestCase("flaw", "lawn", 2)]
    [TestCase("same", "same", 0)]
    public void Distances(string a, string b, int distance) => Assert.That(EditDistance.Of<char>(a, b), Is.EqualTo(distance));

    [Test]
    public void Error_rates_weigh_by_tokens_and_by_sequences()
    {
        string[][] references = [["k", "ae", "t"], ["d", "ao", "g", "z", "s"]],
            hypotheses = [["k", "ah", "t", "s"], ["d", "ao", "g", "z", "s"]];
        Assert.That(EditDistance.TokenErrorRate<string>(references, hypotheses), Is.EqualTo(2 / 8.0));
        Assert.That(EditDistance.SequenceErrorRate<string>(references, hypotheses), Is.EqualTo(1 / 2.0));
        Assert.That(() => EditDistance.TokenErrorRate<string>(references, hypotheses[..1]), Throws.ArgumentException);
        Assert.That(() => EditDistance.TokenErrorRate<string>([[]], [["a"]]), Throws.ArgumentException);
    }

    [TestCase("B-PER I-PER O B-LOC", "PER 0 2, LOC 3 4")]
    [TestCase("I-PER I-LOC I-LOC B-LOC", "PER 0 1, LOC 1 3, LOC 3 4")]
    [TestCase("B-A B-A I-B", "A 0 1, A 1 2, B 2 3")]
    [TestCase("O O", "")]
    public void Spans_of_tags(string tags, string spans) =>
        Assert.That(string.Join(", ", TagSpans.Of(tags.Split(' ')).Select(span => $"{span.Kind} {span.Start} {span.End}")),
            Is.EqualTo(spans));

    [Test]
    public void A_span_is_found_where_kind_and_ends_are_right()
    {
        string[][] truth = [["B-PER", "I-PER", "O", "B-LOC"], ["B-ORG", "O"]], predicted = [["B-PER", "I-PER", "O", "B-ORG"], ["O", "O"]];
        var (precision, recall, f1) = TagSpans.Score(truth, predicted);
        Assert.That((precision, recall), Is.EqualTo((1 / 2.0, 1 / 3.0)));
        Assert.That(f1, Is.EqualTo(2 / 5.0));
        Assert.That(() => TagSpans.Of(["X"]), Throws.ArgumentException.With.Message.Contains("Tag 0 is 'X'"));
        Assert.That(() => TagSpans.Score(truth, [["O"], ["O", "O"]]),
            Throws.ArgumentException.With.Message.Contains("Sentence 0 has 4 tags and 1 predictions"));
    }

    [Test]
    public void Perplexity_of_a_uniform_choice_is_its_number()
    {
        Assert.That(Perplexity.Of(Math.Log(27)), Is.EqualTo(27).Within(1e-13));
        Assert.That(Perplexity.Bits(Math.Log(8)), Is.EqualTo(3).Within(1e-15));
    }

    // Graves 2006, figure 2 in small: the likeliest path is all blanks, the likeliest labelling is 'a'.
    [Test]
    public void The_likeliest_labelling_is_not_that_of_the_likeliest_path()
    {
        NdArray scores = Logarithms([2, 2], [0.6, 0.4, 0.6, 0.4]);
        Assert.That(CtcDecoder.BestPath(scores), Is.Empty);
        var (labels, logProbability) = CtcDecoder.Beam(scores, width: 4);
        Assert.That(labels, Is.EqualTo(new[] { 1 }));
        Assert.That(Math.Exp(logProbability), Is.EqualTo(1 - 0.36).Within(1e-15));
    }

    [Test]
    public void A_wide_beam_finds_what_all_paths_together_say([Range(1, 20)] int seed)
    {
        const int Steps = 5, Labels = 3;
        var random = new Random(seed);
        int blank = seed % Labels;
        double[] probabilities = [.. Enumerable.Range(0, Steps).SelectMany(_ =>
        {
            double[] drawn = [.. Enumerable.Range(0, Labels).Select(_ => random.NextDouble())];
            return drawn.Select(x => x / drawn.Sum());
        })];
        var sums = new Dictionary<string, double>();
        for (int path = 0; path < (int)Math.Pow(Labels, Steps); path++)
        {
            int[] taken = [.. Enumerable.Range(0, Steps).Select(t => path / (int)Math.Pow(Labels, t) % Labels)];
            string labelling = string.Join(' ', taken.Where((label, t) => label != blank && (t == 0 || taken[t - 1] != label)));
            sums[labelling] = sums.GetValueOrDefault(labelling)
                + taken.Select((label, t) => probabilities[(t * Labels) + label]).Aggregate((a, b) => a * b);
        }

        var (labels, logProbability) = CtcDecoder.Beam(Logarithms([Steps, Labels], probabilities), width: 1000, blank);
        Assert.That(string.Join(' ', labels), Is.EqualTo(sums.MaxBy(pair => pair.Value).Key));
        Assert.That(Math.Exp(logProbability), Is.EqualTo(sums.Values.Max()).Within(1e-14));
    }

    [Test]
    public void Repeats_are_one_label_unless_a_blank_stands_between()
    {
        NdArray Path(params int[] path) =>
            Logarithms([path.Length, 3], [.. path.SelectMany(label => Enumerable.Range(0, 3).Select(l => l == label ? 0.9 : 0.05))]);
        Assert.That(CtcDecoder.BestPath(Path(1, 1, 0, 1, 2, 2)), Is.EqualTo(new[] { 1, 1, 2 }));
        Assert.That(CtcDecoder.BestPath(Path(2, 2, 1), blank: 2), Is.EqualTo(new[] { 1 }));
        Assert.That(() => CtcDecoder.BestPath(Path(1), blank: 3),
            Throws.ArgumentException.With.Message.Contains("The blank is label 3, wanted 0 to 2"));
        Assert.That(() => CtcDecoder.Beam(new NdArray([3]), 2), Throws.ArgumentException.With.Message.Contains("[3]"));
    }

    private static NdArray Logarithms(int[] shape, double[] probabilities) => new(shape, Array.ConvertAll(probabilities, Math.Log));
}
