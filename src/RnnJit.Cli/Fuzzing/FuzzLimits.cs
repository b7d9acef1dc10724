namespace RnnJit.Cli.Fuzzing;

/// <summary>The time that a child may take for a mutant.</summary>
/// <param name="Work">Processor time of the child.</param>
/// <param name="Wait">Time on the clock: more than the work, since other processes may hold the cores.</param>
internal sealed record FuzzLimits(TimeSpan Work, TimeSpan Wait)
{
    public static FuzzLimits Usual { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));
}
