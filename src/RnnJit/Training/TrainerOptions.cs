namespace RnnJit.Training;

/// <summary>Options of the training of parameters.</summary>
public sealed record TrainerOptions
{
    /// <summary>
    /// The rule that updates a parameter from its gradient; with <see cref="Optimiser.ClipValue"/> the gradient is clipped element by
    /// element, after the clipping by norm.
    /// </summary>
    public Optimiser Optimiser { get; init; } = new Adam();

    /// <summary>The learning rate of each step: finite, and 0 or more.</summary>
    public ILearningRate LearningRate { get; init; } = new ConstantRate(1e-3);

    /// <summary>
    /// The largest norm of all gradients together, positive and finite: larger ones are scaled down to it. null: no clipping, as most other
    /// libraries have it by default.
    /// </summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>
    /// True to begin each step with the final states of the one before (truncated back-propagation through time); else with those of
    /// <see cref="Trainer.State"/>.
    /// </summary>
    public bool CarryState { get; init; }

    /// <summary>
    /// Checkpoint interval in steps: the forward pass stores states only every so many steps, and the backward pass recomputes the steps
    /// between (see <see cref="Passes.StripMineTime"/>). 0: all values are stored. null: about √T. Gradients have the same bits for every
    /// interval that divides T.
    /// </summary>
    public int? CheckpointInterval { get; init; } = 0;

    /// <summary>True to make a step in two parts, between which the gradients may be changed: <see cref="Trainer.Backward"/> and
    /// <see cref="Trainer.Update"/>.</summary>
    public bool SplitStep { get; init; }

    /// <summary>
    /// Name of an output or named value, a scalar of the network: the number that the loss was divided by, such as a sum of weights or a
    /// count of steps. A <see cref="ShardedStep"/> then adds what was divided and divides by the sum of the numbers; null: shards
    /// have equal weights. A step that is not cut into shards does not need it.
    /// </summary>
    public string? LossWeight { get; init; }

    /// <summary>
    /// The learning rate of a parameter as a multiple of that of the step, by the parameter's name; 0: it stays as it is, and no gradient
    /// is computed for it. null: 1 for all. It is asked for every name of <see cref="Networks.Model.Parameters"/>; one parameter at least
    /// must have more than 0.
    /// </summary>
    public Func<string, double>? RateOf { get; init; }

    /// <summary>
    /// Names of parameters, outputs and named values whose gradients <see cref="Trainer.Gradient"/> gives after each step.
    /// </summary>
    public IReadOnlyList<string> Gradients { get; init; } = [];

    /// <summary>
    /// Multiple to which the time steps of a batch are rounded up if the network has lengths, so that fewer shapes occur. Rows still end at
    /// their lengths; a loss without a mask of padding counts the added steps too. 1: no rounding.
    /// </summary>
    public int StepMultiple { get; init; } = 8;

    /// <summary>Shapes of batches that stay bound; the one that was not used for longest is given up for a new one.</summary>
    public int MostShapes { get; init; } = 64;

    /// <summary>Called when a loss or gradient is not finite; says where it began. By default the step is interpreted op by op, which takes
    /// seconds; null: the exception says it without a place.</summary>
    public FaultLocator? Locate { get; init; } = Runtime.FaultSearch.Run;
}

/// <summary>Finds the op, layer and time step at which a value stopped being finite, by running the same step again.</summary>
/// <param name="executable">The step that failed, its inputs and parameters as they were.</param>
/// <returns>A phrase such as "'exp' of layer0 at time step 7", or null if all is finite.</returns>
public delegate string? FaultLocator(Runtime.Executable executable);
