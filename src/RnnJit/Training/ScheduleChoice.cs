namespace RnnJit.Training;

/// <summary>The schedules by the names that options give them.</summary>
internal static class ScheduleChoice
{
    public static IReadOnlyList<string> Names { get; } = ["constant", "cosine", "step", "exponential", "plateau", "onecycle"];

    /// <summary>The schedule that options describe, for a training of so many updates.</summary>
    /// <exception cref="ArgumentException">There is no such schedule.</exception>
    public static ILearningRate Of(CharacterOptions options, int updates)
    {
        int rest = Math.Max(1, updates - options.WarmUp);
        double rate = options.LearningRate;
        ILearningRate schedule = options.Schedule switch
        {
            "constant" => new ConstantRate(rate),
            "cosine" => new CosineRate(rate, rest, rate / 100),
            "step" => new StepRate(rate, options.DecayEvery > 0 ? options.DecayEvery : Math.Max(1, rest / 3), options.Decay ?? 0.1),
            "exponential" => new ExponentialRate(rate, options.Decay ?? Math.Pow(0.01, 1.0 / rest)),
            "plateau" => new PlateauRate(rate) { Factor = options.Decay ?? 0.1, Patience = options.Patience },
            "onecycle" => new OneCycleRate(rate, updates),
            var other => throw new ArgumentException($"'{other}' is no schedule (known: {string.Join(", ", Names)})", nameof(options)),
        };
        return options.WarmUp > 0 ? new WarmUp(options.WarmUp, schedule) : schedule;
    }
}
