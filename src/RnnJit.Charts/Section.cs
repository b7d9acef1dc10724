namespace RnnJit.Charts;

/// <summary>A part of a page; texts in it are shown as they are.</summary>
public abstract record Section;

/// <summary>A heading.</summary>
public sealed record HeadingSection(string Text) : Section;

/// <summary>A paragraph.</summary>
public sealed record ParagraphSection(string Text) : Section;

/// <summary>A table: heads, and rows of as many cells.</summary>
public sealed record TableSection(string Caption, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows) : Section;

/// <summary>Code, a graph, equations: kept line by line.</summary>
public sealed record CodeSection(string Caption, string Text) : Section
{
    /// <summary>True for what is too long for a terminal.</summary>
    public bool OnlyOnPage { get; init; }
}

/// <summary>A picture.</summary>
/// <param name="Name">What a file of it is called: small letters, digits and hyphens.</param>
public sealed record PictureSection(string Name, string Caption, IPicture Picture) : Section;

/// <summary>A text coloured by numbers.</summary>
public sealed record ColouredTextSection(string Caption, ColouredText Text) : Section;
