namespace RnnJit.Networks;

/// <summary>Variants of the cross-entropy of classes, with the meaning they have in <c>torch.nn.CrossEntropyLoss</c>.</summary>
public sealed record CrossEntropyOptions
{
    public Reduction Reduction { get; init; }

    /// <summary>ε in [0, 1): the target is 1 − ε for its class plus ε / V for every class (Szegedy et al. 2016, section 7).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>A target that counts nothing, for instance that of padding; null if there is none.</summary>
    public int? IgnoreIndex { get; init; }

    /// <summary>A weight for each class [V]; the mean is then divided by the weights of the targets. Null weighs all classes
    /// alike.</summary>
    public Value? ClassWeights { get; init; }
}
