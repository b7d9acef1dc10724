using System.Xml.Linq;

namespace RnnJit.Charts.Tests;

internal sealed class HtmlPageTests
{
    private const string Hostile = "</pre><script>alert(\"1\")</script>&";

    [Test]
    public void Every_text_is_escaped_and_nothing_is_loaded()
    {
        var chart = new LineChart { Title = Hostile };
        chart.Add(Hostile, [1, 2]);
        string page = HtmlPage.Write(Hostile,
        [
            new HeadingSection(Hostile), new ParagraphSection(Hostile), new TableSection(Hostile, [Hostile], [[Hostile]]),
            new CodeSection(Hostile, Hostile), new PictureSection("p", Hostile, chart),
            new ColouredTextSection(Hostile, new ColouredText([Hostile], [1])),
        ]);
        Assert.That(page, Does.Not.Contain("<script"));
        Assert.That(page, Does.Not.Contain("src=").And.Not.Contain("href=").And.Not.Contain("url("));
        Assert.That(page, Does.Contain("default-src 'none'; img-src data:; style-src"));
        XElement[] all = [.. Parse(page).Descendants()];
        foreach (string name in new[] { "title", "h1", "h2", "p", "caption", "th", "td", "figcaption", "pre" })
        {
            IEnumerable<string> texts = all.Where(element => element.Name.LocalName == name).Select(element => element.Value);
            Assert.That(texts, Is.Not.Empty.And.All.EqualTo(Hostile), name);
        }

    }

    [Test]
    public void Sections_keep_their_order_and_code_its_lines()
    {
        string page = HtmlPage.Write("t", [new HeadingSection("one"), new CodeSection("c", "a\n  b"), new HeadingSection("two")]);
        XElement body = Parse(page).Element("body")!;
        Assert.That(body.Elements().Select(element => element.Name.LocalName), Is.EqualTo(new[] { "h1", "h2", "figure", "h2" }));
        Assert.That(body.Descendants("pre").Single().Value, Is.EqualTo("a\n  b"));
    }

    [Test]
    public void A_table_with_an_odd_row_is_refused() =>
        Assert.That(
            () => HtmlPage.Write("t", [new TableSection("c", ["a", "b"], [["1"]])]),
            Throws.ArgumentException.With.Message.Contains("1 cells, wanted 2"));

    [Test]
    public void Pieces_have_the_colours_of_their_numbers()
    {
        var text = new ColouredText(["a", "<", "\n", "c"], [-1, 0, double.NaN, 0.5]);
        XElement[] spans = [.. XElement.Parse(text.ToHtml(), LoadOptions.PreserveWhitespace).Elements("span")];
        Assert.That(spans.Select(span => span.Value), Is.EqualTo(new[] { "a", "<", "\n", "c" }));
        Assert.That(spans.Select(span => span.Attribute("title")!.Value), Is.EqualTo(new[] { "-1.000", "0.000", "NaN", "0.500" }));
        Assert.That(spans[0].Attribute("style")!.Value, Does.Contain("#c85000").And.Contain("color:#ffffff"));
        Assert.That(spans[1].Attribute("style")!.Value, Does.Contain("#ffffff"));
        Assert.That(text.ToString(), Is.EqualTo("a<\nc"));
    }

    [Test]
    public void A_text_that_cannot_be_coloured_is_refused()
    {
        Assert.That(() => new ColouredText(["a"], [1, 2]), Throws.ArgumentException.With.Message.Contains("1 pieces and 2 values"));
        Assert.That(() => new ColouredText(["a"], [double.NaN]), Throws.ArgumentException.With.Message.Contains("no finite value"));
        Assert.That(() => new ColouredText([], []), Throws.ArgumentException);
    }

    // What the page writes is XML too, but for its first line and its void elements.
    private static XElement Parse(string page) =>
        XElement.Parse(System.Text.RegularExpressions.Regex.Replace(page.Replace("<!DOCTYPE html>", ""), "<meta [^>]*>", ""));
}
