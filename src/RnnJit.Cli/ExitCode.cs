namespace RnnJit.Cli;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command ran and found a failure: a gradient, a golden case, training that diverged, a full disk.</summary>
    public const int Failure = 1;

    /// <summary>Bad usage or bad input; nothing was written.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted; training wrote its checkpoint. The process itself returns 128 and the number of the signal.</summary>
    public const int Interrupted = 130;
}
