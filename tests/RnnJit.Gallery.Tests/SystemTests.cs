using RnnJit.Charts;
using RnnJit.Gallery.Systems;
using RnnJit.Jit;

namespace RnnJit.Gallery.Tests;

/// <summary>Every system with its small budget: the figures that it states, above what does without memory.</summary>
public class SystemTests
{
    private static readonly Dictionary<string, Lazy<GalleryReport>> Reports =
        GallerySystems.All.ToDictionary(system => system.Facts.Name, system =>
            new Lazy<GalleryReport>(() => system.Run(new GalleryContext { Quick = true })));

    private static IEnumerable<string> Names => Reports.Keys;

    [OneTimeSetUp]
    public void CompileKernels() => JitKernels.Install();

    [TestCaseSource(nameof(Names))]
    public void Every_figure_is_what_is_wanted(string name)
    {
        GalleryReport report = Reports[name].Value;
        Assert.That(report.Figures.Where(figure => !figure.IsMet), Is.Empty);
        Assert.That(report.IsMet, Is.True);
        Assert.That(report.Figures[0].Wanted, Is.Not.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public void Every_page_has_a_picture_the_equations_and_a_kernel(string name)
    {
        Section[] sections = [.. Reports[name].Value.Sections];
        Assert.That(sections.OfType<PictureSection>().Select(picture => picture.Picture.ToSvg()), Is.Not.Empty.And.All.StartsWith("<svg "));
        Assert.That(sections.OfType<CodeSection>().Select(code => code.Text), Has.Some.Contains("public static partial class"));
        Assert.That(sections.OfType<CodeSection>().Where(code => code.OnlyOnPage), Is.Not.Empty);
        Assert.That(HtmlPage.Write(name, sections), Does.EndWith("</html>\n"));
    }

    [TestCase("sum", "sums that are exact", "10000 of 10000", "sums, without memory", 1)]
    [TestCase("sum", "larger totals that are right", "10000 of 10000", "larger totals, without memory", 70)]
    [TestCase("parity-by-hand", "parities of random bits that are right", "10000 of 10000", "best answer from the present bit alone", 55)]
    public void All_steps_are_exact_where_a_network_without_memory_is_far_from_it(string name, string figure, string all,
        string baseline, double atMost)
    {
        Assert.That(Found(name, figure), Is.EqualTo(all));
        double share = double.Parse(Found(name, baseline).TrimEnd('%', ' '), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(share, Is.LessThan(atMost));
    }

    [Test]
    public void Parity_has_the_tables_of_the_lecture()
    {
        Assert.That(Found("parity-by-hand", "rows of the lecture's table"), Is.EqualTo("4 of 4"));
        Assert.That(Found("parity-by-hand", "rows of the first step"), Is.EqualTo("2 of 2"));
        Assert.That(Found("parity-by-hand", "parities of the lecture's example"), Is.EqualTo("10 of 10"));
        TableSection table = Reports["parity-by-hand"].Value.Sections.OfType<TableSection>().First();
        Assert.That(table.Rows.Select(row => string.Concat(row)), Is.EqualTo(new[] { "00000", "01011", "10011", "11110" }));
    }

    [Test]
    public void Recognisers_have_the_tables_of_the_lecture()
    {
        Assert.That(Found("recognizer", "1*: strings of the table"), Is.EqualTo("16 of 16"));
        foreach (string weights in new[] { "first", "second" })
        {
            Assert.That(Found("recognizer", $"no 000, {weights} weights: strings of the table"), Is.EqualTo("19 of 19"));
            Assert.That(Found("recognizer", $"no 000, {weights} weights: table from (0, 0)"), Is.EqualTo("16 of 19"));
        }
    }

    // The states by half steps towards the next one, from (0.3, 0.2), in another language.
    [TestCase(1, 0.9814014520908638, -0.9751914928281140)]
    [TestCase(0, -0.8527963633044766, 0.9846100483397624)]
    public void Fixed_points_of_a_symbol_are_where_it_leads_back_to_itself(int symbol, double x, double y)
    {
        Recognizer recognizer = RecognizerSystem.Neighbours[0];
        FixedPlace place = recognizer.FixedPoint(symbol);
        Assert.That((place.X, place.Y), Is.EqualTo(recognizer.Next(symbol, (place.X, place.Y))));
        Assert.That(place.X, Is.EqualTo(x).Within(1e-12));
        Assert.That(place.Y, Is.EqualTo(y).Within(1e-12));
        Assert.That(place.Attracts, Is.True);
        const double Step = 1e-6;
        foreach (var (dx, dy, value) in place.Eigenvectors)
        {
            var (nextX, nextY) = recognizer.Next(symbol, (place.X + Step * dx, place.Y + Step * dy));
            Assert.That((nextX - place.X) / Step, Is.EqualTo(value * dx).Within(1e-4));
            Assert.That((nextY - place.Y) / Step, Is.EqualTo(value * dy).Within(1e-4));
        }
    }

    [Test]
    public void Hello_needs_memory()
    {
        Assert.That(Found("hello", "characters right, fed the word (teacher forcing)"), Is.EqualTo("4 of 4"));
        Assert.That(Found("hello", "best answers without memory"), Is.EqualTo("3 of 4"));
        TableSection written = Reports["hello"].Value.Sections.OfType<TableSection>().Last();
        Assert.That(written.Rows[0], Is.EqualTo(new[] { "argmax", "hello" }));
        ColouredTextSection[] units = [.. Reports["hello"].Value.Sections.OfType<ColouredTextSection>()];
        Assert.That(units.Select(unit => unit.Text.ToString()), Is.EqualTo(new[] { "hell", "hell", "hell" }));
        Assert.That(written.Rows.Single(row => row[0] == "beam of 3, place 1")[1], Does.StartWith("hello "));
    }

    [Test]
    public void Derivatives_need_the_term_through_time()
    {
        GalleryReport report = Reports["bptt-by-hand"].Value;
        Assert.That(report.Figures.Count(figure => figure.Wanted == "at most 1e-12"), Is.EqualTo(2));
        Assert.That(double.Parse(Found("bptt-by-hand", "least difference without the term through time"),
            System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(1e-3));
    }

    // Letters tell the third language only; the ends of a name tell the other two.
    [Test]
    public void Names_are_told_apart_by_letters_that_are_far_from_each_other()
    {
        double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        Figure accuracy = Reports["names"].Value.Figures[0];
        Assert.That(Number(accuracy.Wanted["above ".Length..]), Is.LessThan(0.8), "naive Bayes");
        Assert.That(Number(accuracy.Found), Is.GreaterThan(0.9));
        GalleryReport writer = Reports["writer"].Value;
        Assert.That(writer.Figures.Count(figure => figure.Wanted.StartsWith("below", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(writer.Sections.OfType<TableSection>().Last().Rows, Has.Count.EqualTo(7));
        GalleryReport letters = Reports["charlm"].Value;
        Assert.That(letters.Figures[0].Wanted, Does.StartWith("below"));
        Assert.That(letters.Sections.OfType<ColouredTextSection>(), Is.Not.Empty);
    }

    // Half of the made nouns and verbs have the same forms, and other words are seen once.
    [Test]
    public void Tags_need_neighbours_and_characters()
    {
        GalleryReport report = Reports["tagging"].Value;
        Assert.That(Number("tagging", "EWT, test"), Is.GreaterThan(0.95));
        Assert.That(Number("tagging", "most frequent tag of a word, EWT"), Is.LessThan(0.8));
        Assert.That(report.Figures[0].Wanted, Does.StartWith("above"));
        TableSection sentence = report.Sections.OfType<TableSection>().First();
        Assert.That(sentence.Rows.Count(row => row[1] == row[2]), Is.GreaterThanOrEqualTo(sentence.Rows.Count - 1));
        Assert.That(report.Sections.OfType<PictureSection>().Select(picture => picture.Name), Is.EqualTo(new[] { "curve", "confusion" }));
    }

    // A letter of the made names is written by what stands beside it.
    [Test]
    public void Letters_are_written_by_their_neighbours()
    {
        GalleryReport report = Reports["transliteration"].Value;
        Assert.That(Number("transliteration", "characters wrong, test"), Is.LessThan(0.06));
        Assert.That(Number("transliteration", "characters wrong, letter by letter"), Is.GreaterThan(0.065));
        string[] pictures = [.. report.Sections.OfType<PictureSection>().Select(picture => picture.Name)];
        Assert.That(pictures, Is.EqualTo(new[] { "attention-1", "attention-2", "curve" }));
    }

    [Test]
    public void Several_seeds_are_counted_together()
    {
        var progress = new List<double>();
        GalleryReport report =
            GallerySystems.Find("HELLO")!.Run(new GalleryContext { Quick = true, Seeds = 3, Progress = step => progress.Add(step.Done) });
        Assert.That(report.Figures[0].Found, Is.EqualTo("12 of 12"));
        Assert.That(progress, Is.Ordered.And.All.InRange(0, 1));
        Assert.That(progress[^1], Is.GreaterThan(0.9));
    }

    [TestCaseSource(nameof(Names))]
    public void A_run_can_be_interrupted(string name) =>
        Assert.That(() => GallerySystems.Find(name)!.Run(new GalleryContext { Quick = true, Interrupted = new CancellationToken(true) }),
            Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void Names_are_file_names_and_differ()
    {
        Assert.That(Names, Is.All.Match("^[a-z]+(-[a-z]+)*$"));
        Assert.That(GallerySystems.All.SelectMany(system =>
            new[] { system.Facts.Shape, system.Facts.Shows, system.Facts.Source, system.Facts.Reference }), Is.All.Not.Empty);
        Assert.That(GallerySystems.Find("none"), Is.Null);
    }

    private static double Number(string name, string figure) =>
        double.Parse(Found(name, figure), System.Globalization.CultureInfo.InvariantCulture);

    private static string Found(string name, string figure) => Reports[name].Value.Figures.Single(found => found.Name == figure).Found;
}
