namespace RnnJit.Training;

/// <summary>How parameters are trained.</summary>
public sealed record TrainerOptions
{
    /// <summary>How a gradient changes a parameter; with <see cref="Optimiser.ClipValue"/> it clips element by element, after the clipping by norm.</summary>
    public Optimiser Optimiser { get; init; } = new Adam();

    /// <summary>The learning rate of each step.</summary>
    public ILearningRate LearningRate { get; init; } = new ConstantRate(1e-3);

    /// <summary>The largest norm of all gradients together; null: no clipping.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Whether each step begins with the states in which the one before ended (truncated back-propagation through time); else with those of <see cref="Trainer.State"/>.</summary>
    public bool CarryState { get; init; }

    /// <summary>
    /// Steps between the states that are kept for the backward pass; what lies between is computed twice (see <see cref="Passes.StripMineTime"/>). 0: everything is kept. null: about √T.
    /// Gradients do not depend on it, bit for bit, where it divides T.
    /// </summary>
    public int? CheckpointInterval { get; init; } = 0;

    /// <summary>True to make a step in two parts, between which the gradients may be changed: <see cref="Trainer.Backward"/> and <see cref="Trainer.Update"/>.</summary>
    public bool SplitStep { get; init; }

    /// <summary>Called when a loss or gradient is not finite; says where it began. By default the step is interpreted op by op, which takes seconds; null: the exception says it without a place.</summary>
    public FaultLocator? Locate { get; init; } = Interpretation.FaultSearch.Run;
}

/// <summary>Finds the op, layer and time step at which a value stopped being finite, by running the same step again.</summary>
/// <param name="executable">The step that failed, its inputs and parameters as they were.</param>
/// <returns>A phrase such as "'exp' of layer0 at time step 7", or null if all is finite.</returns>
public delegate string? FaultLocator(Runtime.Executable executable);
