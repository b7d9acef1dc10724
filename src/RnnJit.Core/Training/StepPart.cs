namespace RnnJit.Training;

/// <summary>Parts of a training step.</summary>
public enum StepPart
{
    /// <summary>From masks to the update.</summary>
    Whole,

    /// <summary>Masks, loss and gradients.</summary>
    Gradients,

    /// <summary>Norm and update, from given gradients on.</summary>
    Update,
}
