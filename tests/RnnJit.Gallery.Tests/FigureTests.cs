using RnnJit.Gallery.Systems;

namespace RnnJit.Gallery.Tests;

/// <summary>The verdict on a figure follows from its numbers.</summary>
public class FigureTests
{
    [TestCase(3, true)]
    [TestCase(2, false)]
    public void All_of_them(long found, bool met) =>
        Assert.That(Figure.All("f", found, 3), Is.EqualTo(new Figure("f", "3 of 3", $"{found} of 3", met)));

    [TestCase(0.5, true)]
    [TestCase(0.49, false)]
    [TestCase(double.NaN, false)]
    public void At_least(double found, bool met) => Assert.That(Figure.AtLeast("f", 0.5, found).IsMet, Is.EqualTo(met));

    [TestCase(1e-12, true)]
    [TestCase(1.1e-12, false)]
    [TestCase(double.NaN, false)]
    public void At_most(double found, bool met) => Assert.That(Figure.AtMost("f", 1e-12, found).IsMet, Is.EqualTo(met));

    [Test]
    public void A_report_is_met_where_all_its_figures_are()
    {
        var report = new GalleryReport();
        report.Add(Figure.All("a", 1, 1), Figure.Reported("b", "2"));
        Assert.That(report.IsMet, Is.True);
        report.Add(Figure.AtMost("c", 1, 2));
        Assert.That(report.IsMet, Is.False);
    }

    [Test]
    public void A_row_comes_back_from_its_line()
    {
        var row = new ResultRow(new DateOnly(2026, 11, 30), "sum", "quick", 2, 1.5, true, [("a", "1 of 1"), ("b", "0.5")]);
        Assert.That(row.ToString(), Is.EqualTo("2026-11-30\tsum\tquick\t2\t1.5\tyes\ta = 1 of 1; b = 0.5"));
        Assert.That(ResultRow.Parse(row.ToString())!.ToString(), Is.EqualTo(row.ToString()));
        Assert.That(ResultRow.Parse(ResultRow.Heads), Is.Null);
        Assert.That(ResultRow.Parse(""), Is.Null);
    }

    [Test]
    public void Recorded_runs_are_of_systems_that_there_are_and_had_the_full_budget()
    {
        IReadOnlyList<ResultRow> rows = ResultRow.Recorded();
        Assert.That(rows.Select(row => row.System).Distinct(), Is.EquivalentTo(GallerySystems.All.Select(system => system.Facts.Name)));
        Assert.That(rows.Select(row => row.Budget), Is.All.EqualTo("full"));
        Assert.That(rows.Select(row => row.IsMet), Is.All.True);
    }
}
