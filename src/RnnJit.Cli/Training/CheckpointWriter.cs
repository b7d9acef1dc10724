namespace RnnJit.Cli.Training;

/// <summary>Writes the checkpoint and the picture of a training while it goes on, one after the other.</summary>
/// <param name="before">The update that the file holds at first; 0: there is none.</param>
internal sealed class CheckpointWriter(int before)
{
    private Task writing = Task.CompletedTask;
    private volatile int saved = before;

    /// <summary>The update that the file holds; 0 where it was not written.</summary>
    public int Saved => saved;

    /// <summary>Waits for the write before and begins one.</summary>
    /// <param name="update">The number of updates made.</param>
    /// <exception cref="IOException">The write before failed.</exception>
    /// <exception cref="RnnJit.Training.DivergenceException">It found a number that is not finite.</exception>
    public void Begin(int update, Action write)
    {
        Wait();
        writing = Task.Run(() =>
        {
            write();
            saved = update;
        });
    }

    /// <summary>Waits for the last write.</summary>
    /// <inheritdoc cref="Begin" path="/exception"/>
    public void Wait() => writing.GetAwaiter().GetResult();
}
