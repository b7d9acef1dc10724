using System.CommandLine;
using RnnJit.Training;

namespace RnnJit.Cli.Training;

/// <summary>The options of <c>train</c> that choose the optimiser, the learning rate over time and the clipping.</summary>
internal sealed class OptimiserFlags
{
    private static readonly CharacterOptions Defaults = new();

    private readonly Option<double> rate = CommonOptions.Number("--lr", "Learning rate", Defaults.LearningRate);
    private readonly Option<string> schedule =
        CommonOptions.Text("--schedule", "Learning rate over time: " + string.Join(", ", ScheduleChoice.Names), Defaults.Schedule);
    private readonly Option<int> warmUp = CommonOptions.Number("--warmup", "Updates in which the rate rises to its first value", 0);
    private readonly Option<int> every =
        CommonOptions.Number("--decay-every", "Updates from one fall of the rate to the next; 0: a third of all (step)", 0);
    private readonly Option<double?> decay = CommonOptions.Maybe("--decay",
        "Factor of a fall of the rate (step, plateau: 0.1), or of each update (exponential: a hundredth in all)");
    private readonly Option<int> patience =
        CommonOptions.Number("--patience", "Validations without a lower loss that are accepted (plateau)", Defaults.Patience);
    private readonly Option<double> clip =
        CommonOptions.Number("--clip", "Largest norm of all gradients together; 0: no clipping", Defaults.Clip);
    private readonly Option<double> clipValue =
        CommonOptions.Number("--clip-value", "Largest size of each element of a gradient; 0: no clipping", 0.0);
    private readonly Option<string> optimizer =
        CommonOptions.Text("--optimizer", string.Join(", ", OptimiserChoice.Names), Defaults.Optimiser);
    private readonly Option<double?> momentum = CommonOptions.Maybe("--momentum", "Momentum (sgd: 0.9, rmsprop: 0)");
    private readonly Option<double> dampening =
        CommonOptions.Number("--dampening", "Share of a gradient that momentum leaves away (sgd)", 0.0);
    private readonly Option<bool> nesterov = new("--nesterov") { Description = "Momentum that looks ahead (sgd)" };
    private readonly Option<double?> weightDecay =
        CommonOptions.Maybe("--weight-decay", "Pull of each weight to 0 (adamw: 0.01, others: 0)");
    private readonly Option<double> beta1 = CommonOptions.Number("--beta1", "Share of the old mean (adam, amsgrad, adamw)", Defaults.Beta1);
    private readonly Option<double> beta2 =
        CommonOptions.Number("--beta2", "Share of the old mean square (adam, amsgrad, adamw)", Defaults.Beta2);
    private readonly Option<double?> smoothing =
        CommonOptions.Maybe("--smoothing", "Share of the old mean square (rmsprop: 0.99, adadelta: 0.9)");
    private readonly Option<double?> epsilon = CommonOptions.Maybe("--epsilon", "Added to roots (all but sgd: 1e-6 to 1e-10)");
    private readonly Option<bool> centred = new("--centered") { Description = "Variance in place of mean square (rmsprop)" };
    private readonly Option<double> rateDecay =
        CommonOptions.Number("--rate-decay", "Fall of the rate from update to update (adagrad)", 0.0);

    public IReadOnlyList<Option> All =>
    [
        rate, schedule, warmUp, every, decay, patience, clip, clipValue,
        optimizer, momentum, dampening, nesterov, weightDecay, beta1, beta2, smoothing, epsilon, centred, rateDecay,
    ];

    /// <exception cref="UsageException">An option belongs to another optimiser or schedule.</exception>
    public CharacterOptions Read(ParseResult parsed, CharacterOptions options)
    {
        string chosen = parsed.GetRequiredValue(optimizer), over = parsed.GetRequiredValue(schedule);
        Belongs(parsed, optimizer, chosen, OptimiserChoice.Names, (momentum, ["sgd", "rmsprop"]), (dampening, ["sgd"]), (nesterov, ["sgd"]),
            (beta1, ["adam", "amsgrad", "adamw"]), (beta2, ["adam", "amsgrad", "adamw"]), (smoothing, ["rmsprop", "adadelta"]),
            (epsilon, ["adam", "amsgrad", "adamw", "rmsprop", "adagrad", "adadelta"]), (centred, ["rmsprop"]), (rateDecay, ["adagrad"]));
        if (chosen == "sgd" && parsed.GetValue(momentum) == 0)
            CommonOptions.RequireAbsent(parsed, "--momentum 0", dampening);
        Belongs(parsed, schedule, over, ScheduleChoice.Names, (warmUp, ["constant", "cosine", "step", "exponential", "plateau"]),
            (every, ["step"]),
            (decay, ["step", "exponential", "plateau"]), (patience, ["plateau"]));
        return options with
        {
            LearningRate = parsed.GetValue(rate),
            Schedule = over,
            WarmUp = parsed.GetValue(warmUp),
            DecayEvery = parsed.GetValue(every),
            Decay = parsed.GetValue(decay),
            Patience = parsed.GetValue(patience),
            Clip = parsed.GetValue(clip),
            ClipValue = parsed.GetValue(clipValue),
            Optimiser = chosen,
            Momentum = parsed.GetValue(momentum),
            Dampening = parsed.GetValue(dampening),
            Nesterov = parsed.GetValue(nesterov),
            WeightDecay = parsed.GetValue(weightDecay),
            Beta1 = parsed.GetValue(beta1),
            Beta2 = parsed.GetValue(beta2),
            Smoothing = parsed.GetValue(smoothing),
            Epsilon = parsed.GetValue(epsilon),
            Centred = parsed.GetValue(centred),
            RateDecay = parsed.GetValue(rateDecay),
        };
    }

    // An option that the choice does not read is a mistake, not a detail.
    private static void Belongs(ParseResult parsed, Option choice, string chosen, IReadOnlyList<string> known,
        params (Option Option, string[] To)[] options)
    {
        foreach (var (option, to) in options)
        {
            if (parsed.GetResult(option) is { Implicit: false } && known.Contains(chosen) && !to.Contains(chosen))
                throw new UsageException(
                    $"{option.Name} has no meaning with {choice.Name} {chosen} (it belongs to {string.Join(", ", to)})");
        }
    }
}
