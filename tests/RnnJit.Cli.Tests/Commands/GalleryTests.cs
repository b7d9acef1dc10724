using System.Text.Json;
using RnnJit.Charts;
using RnnJit.Cli.Commands;
using RnnJit.Cli.Gallery;
using RnnJit.Gallery;
using RnnJit.Gallery.Systems;

namespace RnnJit.Cli.Tests.Commands;

public class GalleryTests
{
    [Test]
    public void The_list_has_every_system_with_its_facts()
    {
        CommandRun run = CommandRun.Of("gallery");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        foreach (IGallerySystem system in GallerySystems.All)
            Assert.That(run.Output, Does.Contain(system.Facts.Name).And.Contain(system.Facts.Shows).And.Contain(system.Facts.Source));
        Assert.That(run.Output, Does.Contain("many to one").And.Contain("1*: strings of the table: 16 of 16"));
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of("gallery", "--json").Output);
        Assert.That(json.RootElement.GetArrayLength(), Is.EqualTo(GallerySystems.All.Count));
    }

    [Test]
    public void A_run_prints_figures_and_writes_page_pictures_and_a_row()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of("gallery", "run", "Recognizer", "--quick", "--out", folder.File("out"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output,
            Does.Match(@"no 000, first weights: strings of the table +19 of 19 +19 of 19 +yes").And.Match(@"1010010001 +reject +reject"));
        Assert.That(File.ReadAllText(folder.File("out/recognizer.html")),
            Does.Contain("<svg ").And.Contain("public static partial class SymbolSecondOrder"));
        Assert.That(File.ReadAllText(folder.File("out/recognizer-states-1.svg")), Does.StartWith("<svg "));

        using JsonDocument json = JsonDocument.Parse(CommandRun.Of("gallery", "run", "hello", "--quick", "--seeds", "2", "--out",
            folder.File("out"), "--json").Output);
        Assert.That(json.RootElement.GetProperty("met").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("figures")[0].GetProperty("found").GetString(), Is.EqualTo("8 of 8"));
        string[] rows = File.ReadAllLines(folder.File("out/results.tsv"));
        Assert.That(rows, Has.Length.EqualTo(3));
        Assert.That(rows[0], Is.EqualTo(ResultRow.Heads));
        Assert.That(rows[1].Split('\t')[1..4], Is.EqualTo(new[] { "recognizer", "quick", "1" }));
        Assert.That(rows[2].Split('\t')[1..4], Is.EqualTo(new[] { "hello", "quick", "2" }));
    }

    // A negative control: what is found is not what is wanted.
    [TestCase(2, 0, "yes")]
    [TestCase(1, 1, "no")]
    public void A_figure_that_is_not_met_is_exit_code_1(int found, int code, string met)
    {
        using var folder = new TemporaryFolder();
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, error, Interactive: false, Colour: false, CancellationToken.None);
        var run = new GalleryRun(new Counting(found), terminal, new GalleryFolder(folder.Path, "counting"), json: false);
        Assert.That(run.Run(new GalleryContext()), Is.EqualTo(code));
        Assert.That(output.ToString(), Does.Match($"things +2 of 2 +{found} of 2 +{met}"));
        Assert.That(File.ReadAllLines(folder.File("results.tsv"))[1].Split('\t')[5], Is.EqualTo(met));
        Assert.That(File.ReadAllText(folder.File("counting.html")), Does.Contain("&lt;counts&gt;"));
    }

    [Test]
    public void Runs_that_end_one_after_the_other_in_one_folder_keep_each_others_rows()
    {
        using var folder = new TemporaryFolder();
        GalleryFolder first = new(folder.Path, "a"), second = new(folder.Path, "b");
        ResultRow Row(string system) => new(new DateOnly(2026, 1, 2), system, "quick", 1, 1, true, []);
        second.Write("b", [], Row("b"));
        first.Write("a", [], Row("a"));
        Assert.That(File.ReadAllLines(folder.File("results.tsv")).Skip(1).Select(row => row.Split('\t')[1]),
            Is.EqualTo(new[] { "b", "a" }));
    }

    [Test]
    public void Bad_input_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");
        Directory.CreateDirectory(folder.File("other"));
        File.WriteAllText(folder.File("other/results.tsv"), "a,b\n");
        string[] Run(params string[] more) => ["gallery", "run", .. more];
        BadInputTests.Refused(CommandRun.Of(Run("helo")),
            "No system is called 'helo' (did you mean 'hello'? known: "
                + string.Join(", ", GallerySystems.All.Select(system => system.Facts.Name)) + ")");
        BadInputTests.Refused(CommandRun.Of(Run("hello", "--seeds", "0")), "--seeds is 0, wanted 1 or more (change it)");
        BadInputTests.Refused(CommandRun.Of(Run("hello", "--data", folder.Path)),
            "--data has no meaning with the system 'hello', which makes its data itself (leave it out)");
        BadInputTests.Refused(CommandRun.Of(Run("hello", "--out", folder.File("file"))), "could not be made");
        BadInputTests.Refused(CommandRun.Of(Run("hello", "--out", folder.File("other"))),
            "begins with 'a,b', wanted the table of an earlier run (choose another folder by --out)");
        BadInputTests.Refused(CommandRun.Of(Run()), "Required argument missing");
        Assert.That(folder.Names, Is.EqualTo(new[] { "file" }));
    }

    [Test]
    public void A_missing_data_set_is_named_with_its_origin_and_licence()
    {
        using var folder = new TemporaryFolder();
        SystemFacts facts = new Counting(2).Facts with { Data = new DataSet("Numbers", "numbers.csv", "example.org/numbers", "CC0") };
        string Refused(string? given) => Assert.Throws<UsageException>(() => GalleryCommand.DataOf(facts, given))!.Message;
        const string Cure = "(get Numbers from example.org/numbers, licence CC0, and name its directory by --data)";
        Assert.That(Refused(null), Is.EqualTo($"The system 'counting' reads 'numbers.csv' of Numbers, found no --data {Cure}"));
        Assert.That(Refused(folder.Path), Is.EqualTo($"'{folder.Path}' has no 'numbers.csv', which the system 'counting' reads {Cure}"));
        File.WriteAllText(folder.File("numbers.csv"), "1");
        Assert.That(GalleryCommand.DataOf(facts, folder.Path), Is.EqualTo(folder.Path));
    }

    [Test]
    public void Data_sets_are_looked_for_among_the_reference_data_and_a_small_budget_does_without()
    {
        using var folder = new TemporaryFolder();
        SystemFacts facts = new Counting(2).Facts with { Data = new DataSet("Numbers", "numbers.csv", "example.org/numbers", "CC0") };
        Assert.That(GalleryCommand.DataOf(facts, null, quick: true), Is.Null);
        Assert.That(GalleryCommand.DataOf(facts, null, quick: true, root: ""), Is.Null);
        Assert.That(() => GalleryCommand.DataOf(facts, null, quick: true, folder.Path), Throws.TypeOf<UsageException>(), "no data");
        Directory.CreateDirectory(folder.File("datasets"));
        File.WriteAllText(folder.File("datasets/numbers.csv"), "1");
        Assert.That(GalleryCommand.DataOf(facts, null, quick: false, folder.Path), Is.EqualTo(folder.File("datasets")));
        Assert.That(() => GalleryCommand.DataOf(facts, folder.Path, quick: true), Throws.TypeOf<UsageException>(), "given, not ignored");
    }

    [Test]
    public void Long_work_says_how_long_the_rest_takes()
    {
        var error = new StringWriter();
        var lines = new GalleryProgressLines(error, "sum");
        lines.Update(new GalleryProgress("adding", 0.1), TimeSpan.FromSeconds(2));
        lines.Update(new GalleryProgress("adding", 0.25), TimeSpan.FromSeconds(10));
        lines.Update(new GalleryProgress("adding", 0.3), TimeSpan.FromSeconds(12));
        lines.Update(new GalleryProgress("comparing", 0.5), TimeSpan.FromSeconds(400));
        Assert.That(error.ToString()
            .ReplaceLineEndings("\n"), Is.EqualTo("sum: adding, 25 %, about 30 s left\nsum: comparing, 50 %, about 7 min left\n"));
    }

    private sealed class Counting(int found) : IGallerySystem
    {
        public SystemFacts Facts { get; } = new("counting", "one to one", "<counts>", "here", "2");

        public GalleryReport Run(GalleryContext context)
        {
            var report = new GalleryReport();
            report.Add(Figure.All("things", found, 2));
            report.Picture("plane", "one point", Plane());
            return report;
        }

        private static PlaneChart Plane()
        {
            var plane = new PlaneChart((0, 1), (0, 1));
            plane.Points("points", [(0.5, 0.5)]);
            return plane;
        }
    }
}
