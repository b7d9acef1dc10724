using RnnJit.Charts;
using RnnJit.Cli.Training;
using RnnJit.Gallery;

namespace RnnJit.Cli.Gallery;

/// <summary>The folder that a run writes into: the page and the pictures of the system, and a row of results.tsv.</summary>
internal sealed class GalleryFolder
{
    private readonly string folder;
    private readonly string system;

    /// <summary>Makes the folder where it is not there, and tries whether it takes files.</summary>
    /// <exception cref="UsageException">It cannot be made or written, or its results.tsv is another table.</exception>
    public GalleryFolder(string folder, string system)
    {
        if (folder.Length == 0)
            throw new UsageException("The name of the output folder is empty (give one)");
        (this.folder, this.system) = (folder, system);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The folder '{folder}' could not be made: {e.Message.TrimEnd('.')} (choose another one by --out)");
        }

        OutputFile.Check(Page);
        OutputFile.Check(Results);
        _ = Before();
    }

    public string Page => Path.Combine(folder, system + ".html");

    public string Results => Path.Combine(folder, "results.tsv");

    /// <summary>Writes page and pictures, and appends the row.</summary>
    /// <returns>The files of the pictures.</returns>
    /// <exception cref="IOException">A file could not be written; each is whole, as it was or as it is now.</exception>
    public IReadOnlyList<string> Write(string title, IEnumerable<Section> sections, ResultRow row)
    {
        var pictures = new List<string>();
        OutputFile.Write(Page, HtmlPage.Write(title, sections));
        foreach (PictureSection picture in sections.OfType<PictureSection>())
        {
            pictures.Add(Path.Combine(folder, $"{system}-{picture.Name}.svg"));
            OutputFile.Write(pictures[^1], picture.Picture.ToSvg());
        }

        // Rows of runs that ended since this one began are there too.
        OutputFile.Write(Results, Before() + row + "\n");
        return pictures;
    }

    private string Before()
    {
        if (!File.Exists(Results))
            return ResultRow.Heads + "\n";
        string text = File.ReadAllText(Results).ReplaceLineEndings("\n");
        string first = text.Split('\n')[0];
        if (first != ResultRow.Heads)
            throw new UsageException($"'{Results}' begins with '{(first.Length > 40 ? first[..40] + "…" : first)}', wanted the table "
                + $"of an earlier run (choose another folder by --out)");
        return text.EndsWith('\n') ? text : text + "\n";
    }
}
