namespace RnnJit.Training;

/// <summary>
/// A loss or gradient became NaN or infinite: parameters and optimiser are as they were before that step. Or an update did, which saving
/// found: the file is as it was before.
/// </summary>
public sealed class DivergenceException : RnnJitException
{
    internal DivergenceException(long step, string what, double value, string? place, string? cure = null)
        : base(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Training stopped at step {step}: {what} is {value}{(place is null ? "" : ", first in " + place)} ({cure ?? Cure(place)})"))
    {
        (Step, Place) = (step, place);
    }

    /// <summary>A step's update is not finite, which its loss and gradients did not show.</summary>
    internal DivergenceException(long step, string fault, string file, Exception inner)
        : base(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Training stopped after step {step}: {fault}, so '{file}' was not written and is as it was before (lower the learning rate)"),
            inner) => Step = step;

    private static string Cure(string? place)
    {
        if (place is null)
            return "lower the learning rate or the clipping norm";
        if (place.StartsWith("input ", StringComparison.Ordinal) || place.StartsWith("parameter ", StringComparison.Ordinal))
            return "give numbers that are finite";
        return place.EndsWith(Runtime.FaultSearch.ByZero, StringComparison.Ordinal)
            ? "a mean over nothing, as where no target of a batch counts: give the batch one that does, or leave it out"
            : "lower the learning rate or the clipping norm";
    }

    /// <summary>The number of the step, from 1.</summary>
    public long Step { get; }

    /// <summary>The op, layer and time step where it began, when a <see cref="TrainerOptions.Locate"/> found it.</summary>
    public string? Place { get; }
}
