namespace RnnJit.Cli.Training;

/// <summary>
/// Says where to go on when a training is asked to end and cannot: a launcher that has lost a rank ends the others with SIGTERM, and about
/// a second later with SIGKILL, while they wait for the lost one.
/// </summary>
internal sealed class EndNotice : IDisposable
{
    /// <summary>The time an update has after the signal: less than Open MPI waits before it sends SIGKILL.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private readonly Timer timer;
    private readonly CancellationTokenRegistration registration;

    /// <param name="done">Updates made so far.</param>
    /// <param name="say">Called where no update was made within the patience after the first signal.</param>
    public EndNotice(CancellationToken interrupted, Func<int> done, Action say)
    {
        int before = 0;
        timer = new Timer(_ =>
        {
            if (done() == before)
                say();
        });
        registration = interrupted.Register(() =>
        {
            before = done();
            timer.Change(Patience, Timeout.InfiniteTimeSpan);
        });
    }

    public void Dispose()
    {
        registration.Dispose();
        timer.Dispose();
    }
}
