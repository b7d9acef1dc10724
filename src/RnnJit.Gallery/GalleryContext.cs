namespace RnnJit.Gallery;

/// <summary>Options of a run of a system.</summary>
public sealed record GalleryContext
{
    /// <summary>True for a small budget: seconds in place of minutes.</summary>
    public bool Quick { get; init; }

    /// <summary>The number of seeds; a figure holds for all of them.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Threads of a model, see <see cref="Networks.ModelOptions.Threads"/>.</summary>
    public int Threads { get; init; }

    /// <summary>The directory of the data set that the system reads; null where it reads none.</summary>
    public string? Data { get; init; }

    /// <summary>Takes the progress of a run.</summary>
    public Action<GalleryProgress> Progress { get; init; } = _ => { };

    /// <summary>Ends a run early.</summary>
    public CancellationToken Interrupted { get; init; }

    /// <summary>Reports progress.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="done">The share of the whole run that is done, 0 to 1.</param>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public void Report(string what, double done)
    {
        Interrupted.ThrowIfCancellationRequested();
        Progress(new GalleryProgress(what, done));
    }
}

/// <summary>Progress of a run.</summary>
/// <param name="What">What is being done.</param>
/// <param name="Done">The share of the whole run that is done, 0 to 1.</param>
public readonly record struct GalleryProgress(string What, double Done);
