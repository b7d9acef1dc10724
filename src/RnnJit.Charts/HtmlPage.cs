using System.Globalization;
using System.Text;

namespace RnnJit.Charts;

/// <summary>One HTML file that needs no other: no script, no font and no picture from elsewhere.</summary>
public static class HtmlPage
{
    // A browser refuses whatever the page would load or run.
    private const string Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    private const string Style =
        """
        body{max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2933}
        body{font:16px/1.5 system-ui,'Segoe UI','Helvetica Neue','DejaVu Sans',Arial,sans-serif}
        h1,h2{line-height:1.2}
        table{border-collapse:collapse;margin:1rem 0}
        th,td{border-bottom:1px solid #e4e7eb;padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top}
        caption,figcaption{text-align:left;color:#52606d;padding:.3rem 0}
        figure{margin:1.5rem 0}
        figure svg{max-width:100%;height:auto}
        pre{background:#f5f7fa;padding:.8rem;overflow:auto;font:13px/1.45 ui-monospace,Consolas,'DejaVu Sans Mono',monospace}
        pre.coloured{background:none;white-space:pre-wrap;font-size:15px}
        """;

    /// <summary>The page.</summary>
    /// <exception cref="ArgumentException">A row of a table has another number of cells than its heads.</exception>
    /// <exception cref="InvalidOperationException">A picture cannot be drawn.</exception>
    public static string Write(string title, IEnumerable<Section> sections)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width\">\n");
        html.Append(CultureInfo.InvariantCulture,
            $"<title>{Svg.Escape(title)}</title>\n<style>\n{Style.ReplaceLineEndings("\n")}\n</style>\n");
        html.Append(CultureInfo.InvariantCulture, $"</head>\n<body>\n<h1>{Svg.Escape(title)}</h1>\n");
        foreach (Section section in sections)
            html.Append(Text(section)).Append('\n');
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static string Text(Section section) => section switch
    {
        HeadingSection heading => $"<h2>{Svg.Escape(heading.Text)}</h2>",
        ParagraphSection paragraph => $"<p>{Svg.Escape(paragraph.Text)}</p>",
        TableSection table => Table(table),
        CodeSection code => Figure(code.Caption, $"<pre>{Svg.Escape(code.Text)}</pre>"),
        PictureSection picture => Figure(picture.Caption, picture.Picture.ToSvg()),
        ColouredTextSection coloured => Figure(coloured.Caption, coloured.Text.ToHtml()),
        _ => throw new ArgumentException($"A page has no place for {section.GetType().Name} (use one of the sections beside it)"),
    };

    private static string Figure(string caption, string content) =>
        $"<figure>\n{content}\n<figcaption>{Svg.Escape(caption)}</figcaption>\n</figure>";

    private static string Table(TableSection table)
    {
        if (table.Rows.FirstOrDefault(row => row.Count != table.Heads.Count) is { } odd)
            throw new ArgumentException($"A row of the table '{table.Caption}' has {odd.Count} cells, wanted {table.Heads.Count} as "
                + $"there are heads (give as many)");
        static string Row(string tag, IEnumerable<string> cells) =>
            $"<tr>{string.Concat(cells.Select(cell => $"<{tag}>{Svg.Escape(cell)}</{tag}>"))}</tr>\n";
        string rows = Row("th", table.Heads) + string.Concat(table.Rows.Select(row => Row("td", row)));
        return $"<table>\n<caption>{Svg.Escape(table.Caption)}</caption>\n{rows}</table>";
    }
}
