namespace RnnJit.Gallery;

/// <summary>A system of the lectures: what it is, and a run that reproduces it.</summary>
public interface IGallerySystem
{
    /// <summary>Facts that are known before a run.</summary>
    SystemFacts Facts { get; }

    /// <summary>Runs the system.</summary>
    /// <returns>Figures, each beside what is wanted, and the sections of its page.</returns>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    GalleryReport Run(GalleryContext context);
}

/// <summary>Facts about a system.</summary>
/// <param name="Name">What the command line calls it: small letters and hyphens.</param>
/// <param name="Shape">The shape of the problem: one to many, many to one, many to many aligned, many to many unaligned.</param>
/// <param name="Shows">What the system shows, in a few words.</param>
/// <param name="Source">Where its equations and figures are from.</param>
/// <param name="Reference">The figure to compare with.</param>
public sealed record SystemFacts(string Name, string Shape, string Shows, string Source, string Reference)
{
    /// <summary>The data set that the system reads; null: it makes its data itself.</summary>
    public DataSet? Data { get; init; }
}

/// <summary>A data set that is not part of RnnJit.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="File">The file or folder that is looked for in the data directory.</param>
/// <param name="Origin">Where to get it.</param>
/// <param name="Licence">Under which conditions.</param>
public sealed record DataSet(string Name, string File, string Origin, string Licence);
