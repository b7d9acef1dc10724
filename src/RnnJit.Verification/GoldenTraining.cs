using System.Text.Json;
using RnnJit.Training;

namespace RnnJit.Verification;

/// <summary>Optimisers and schedules as the cases name them; options left away have torch's defaults.</summary>
internal static class GoldenTraining
{
    public static double? Option(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null ? GoldenReader.Double(value, name) : null;

    /// <exception cref="GoldenUnsupportedException">There is no such optimiser.</exception>
    public static Optimiser Optimiser(GoldenCase given)
    {
        JsonElement options = GoldenReader.Member(given.Config, "options");
        double Number(string name, double initial) => Option(options, name) ?? initial;
        bool Flag(string name) => options.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
        double[] betas = options.TryGetProperty("betas", out JsonElement pair) ? GoldenReader.Doubles(pair, "betas") : [0.9, 0.999];
        double? clip = Option(given.Config, "clipGradValue");
        return given.Kind switch
        {
            "optim.SGD" => new Sgd
            {
                Momentum = Number("momentum", 0),
                Dampening = Number("dampening", 0),
                Nesterov = Flag("nesterov"),
                WeightDecay = Number("weight_decay", 0),
                ClipValue = clip,
            },
            "optim.Adam" or "optim.AdamW" => new Adam
            {
                Beta1 = betas[0],
                Beta2 = betas[1],
                Epsilon = Number("eps", 1e-8),
                AmsGrad = Flag("amsgrad"),
                Decoupled = given.Kind == "optim.AdamW",
                WeightDecay = Number("weight_decay", given.Kind == "optim.AdamW" ? 0.01 : 0),
                ClipValue = clip,
            },
            "optim.RMSprop" => new RmsProp
            {
                Smoothing = Number("alpha", 0.99),
                Epsilon = Number("eps", 1e-8),
                Momentum = Number("momentum", 0),
                Centred = Flag("centered"),
                WeightDecay = Number("weight_decay", 0),
                ClipValue = clip,
            },
            "optim.Adagrad" => new Adagrad
            {
                RateDecay = Number("lr_decay", 0),
                Epsilon = Number("eps", 1e-10),
                Start = Number("initial_accumulator_value", 0),
                WeightDecay = Number("weight_decay", 0),
                ClipValue = clip,
            },
            "optim.Adadelta" => new Adadelta
            {
                Smoothing = Number("rho", 0.9),
                Epsilon = Number("eps", 1e-6),
                WeightDecay = Number("weight_decay", 0),
                ClipValue = clip
            },
            _ => throw new GoldenUnsupportedException($"'{given.Kind}' is no optimiser here"),
        };
    }

    /// <exception cref="GoldenUnsupportedException">There is no such schedule.</exception>
    public static ILearningRate Schedule(GoldenCase given)
    {
        double rate = GoldenReader.Double(GoldenReader.Member(GoldenReader.Member(given.Config, "options"), "lr"), "lr");
        if (!given.Config.TryGetProperty("scheduler", out JsonElement name) || name.ValueKind == JsonValueKind.Null)
            return new ConstantRate(rate);

        JsonElement options = GoldenReader.Member(given.Config, "schedulerOptions");
        double Number(string option) => GoldenReader.Double(GoldenReader.Member(options, option), option);
        return name.ToString() switch
        {
            "StepLR" => new StepRate(rate, GoldenReader.Int(GoldenReader.Member(options, "step_size"), "step_size"), Number("gamma")),
            "ExponentialLR" => new ExponentialRate(rate, Number("gamma")),
            "CosineAnnealingLR" =>
                new CosineRate(rate, GoldenReader.Int(GoldenReader.Member(options, "T_max"), "T_max"), Option(options, "eta_min") ?? 0),
            var other => throw new GoldenUnsupportedException($"schedule '{other}' is not known here"),
        };
    }
}
