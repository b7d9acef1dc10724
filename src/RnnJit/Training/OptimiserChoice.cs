namespace RnnJit.Training;

/// <summary>Optimisers by their names in options.</summary>
internal static class OptimiserChoice
{
    public static IReadOnlyList<string> Names { get; } = ["adam", "amsgrad", "adamw", "sgd", "rmsprop", "adagrad", "adadelta"];

    /// <summary>The optimiser that the options describe; unset values have the optimiser's usual defaults.</summary>
    /// <exception cref="ArgumentException">There is no such optimiser.</exception>
    public static Optimiser Of(CharacterOptions options)
    {
        double? clip = options.ClipValue > 0 ? options.ClipValue : null;
        double decay = options.WeightDecay ?? (options.Optimiser == "adamw" ? 0.01 : 0);
        return options.Optimiser switch
        {
            "adam" or "amsgrad" or "adamw" => new Adam
            {
                Beta1 = options.Beta1,
                Beta2 = options.Beta2,
                Epsilon = options.Epsilon ?? 1e-8,
                AmsGrad = options.Optimiser == "amsgrad",
                Decoupled = options.Optimiser == "adamw",
                WeightDecay = decay,
                ClipValue = clip,
            },
            "sgd" => new Sgd
            {
                Momentum = options.Momentum ?? 0.9,
                Dampening = options.Dampening,
                Nesterov = options.Nesterov,
                WeightDecay = decay,
                ClipValue = clip
            },
            "rmsprop" => new RmsProp
            {
                Smoothing = options.Smoothing ?? 0.99,
                Epsilon = options.Epsilon ?? 1e-8,
                Momentum = options.Momentum ?? 0,
                Centred = options.Centred,
                WeightDecay = decay,
                ClipValue = clip,
            },
            "adagrad" =>
                new Adagrad { RateDecay = options.RateDecay, Epsilon = options.Epsilon ?? 1e-10, WeightDecay = decay, ClipValue = clip },
            "adadelta" => new Adadelta
            {
                Smoothing = options.Smoothing ?? 0.9,
                Epsilon = options.Epsilon ?? 1e-6,
                WeightDecay = decay,
                ClipValue = clip
            },
            var other => throw new ArgumentException($"'{other}' is no optimiser (known: {string.Join(", ", Names)})", nameof(options)),
        };
    }
}
