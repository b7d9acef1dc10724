using System.Text.Json.Serialization;
using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Training;

/// <summary>A character language model and its training settings; a checkpoint stores them with the text's path and digest.</summary>
public sealed record CharacterOptions
{
    public int Layers { get; init; } = 1;

    /// <summary>H, units of every layer.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>E, numbers that stand for a character.</summary>
    public int Embedding { get; init; } = 64;

    /// <summary>T, time steps through which gradients flow; 0: to the beginning of each stream.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Steps between the states kept for the backward pass, see <see cref="TrainerOptions.CheckpointInterval"/>; 0:
    /// everything is kept, null: about √T.</summary>
    public int? CheckpointInterval { get; init; } = 0;

    /// <summary>B, streams that are read side by side.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>
    /// True to spread the points at which streams begin, and their carried states are reset to zero, over the updates of an epoch. If
    /// false, all streams begin at the first update of an epoch, and training of one epoch starts from zero states at that update only; a
    /// network whose units saturate and keep their state for good then does badly in validation, which starts from zero states.
    /// </summary>
    public bool Staggered { get; init; } = true;

    /// <summary>Passes over the text; a fraction is allowed. Ignored when <see cref="Updates"/> is given.</summary>
    public double Epochs { get; init; } = 5;

    /// <summary>The number of updates; 0: as many as <see cref="Epochs"/> make.</summary>
    public int Updates { get; init; }

    /// <summary>One of <see cref="OptimiserChoice.Names"/>.</summary>
    public string Optimiser { get; init; } = "adam";

    /// <summary>Of sgd (0.9 where nothing is said) and rmsprop (0).</summary>
    public double? Momentum { get; init; }

    /// <summary>Of sgd.</summary>
    public double Dampening { get; init; }

    /// <summary>Of sgd.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Of all optimisers; 0.01 for adamw and 0 for the others where nothing is said.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Of adam, amsgrad and adamw.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Of adam, amsgrad and adamw.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Of rmsprop (0.99 where nothing is said) and adadelta (0.9).</summary>
    public double? Smoothing { get; init; }

    /// <summary>ε of every optimiser except <c>sgd</c>, added to a root; by default the optimiser's usual
    /// value.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Of rmsprop.</summary>
    public bool Centred { get; init; }

    /// <summary>Of adagrad.</summary>
    public double RateDecay { get; init; }

    public double LearningRate { get; init; } = 3e-3;

    /// <summary>One of <see cref="ScheduleChoice.Names"/>.</summary>
    public string Schedule { get; init; } = "cosine";

    /// <summary>Updates over which the rate rises to its first value; not for the schedule <c>onecycle</c>, which has its own
    /// warm-up.</summary>
    public int WarmUp { get; init; }

    /// <summary>For the schedule <c>step</c>: updates between two decays of the rate; 0: a third of all updates.</summary>
    public int DecayEvery { get; init; }

    /// <summary>For the schedules <c>step</c> and <c>plateau</c>: factor of one decay, by default 0.1. For <c>exponential</c>: factor per
    /// update, by default one that decays the rate to a hundredth over the run.</summary>
    public double? Decay { get; init; }

    /// <summary>For the schedule <c>plateau</c>: successive validations without a lower loss that are tolerated before the rate
    /// decays.</summary>
    public int Patience { get; init; } = 2;

    /// <summary>The largest norm of all gradients together; 0: no clipping.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>The largest size of each element of a gradient, after clipping by norm; 0: no clipping.</summary>
    public double ClipValue { get; init; }

    /// <summary>The share of every layer's outputs that is dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary>The probability that a unit keeps its old state in training, see <see cref="CellTransforms.WithZoneout"/>.</summary>
    public double Zoneout { get; init; }

    /// <summary>Rate of dropout on state updates in training, see <see cref="CellTransforms.WithRecurrentDropout"/>.</summary>
    public double RecurrentDropout { get; init; }

    /// <summary>The share of inputs and states that is dropped for all steps together, see
    /// <see cref="CellTransforms.WithVariationalDropout"/>.</summary>
    public double VariationalDropout { get; init; }

    /// <summary>The share of recurrent weights that is dropped in training, see <see cref="CellTransforms.WithDropConnect"/>.</summary>
    public double DropConnect { get; init; }

    /// <summary>Layer normalisation inside the cell, see <see cref="CellTransforms.WithLayerNorm"/>.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>The place of layer normalisation where <see cref="LayerNorm"/> asks for it.</summary>
    public LayerNormForm LayerNormForm { get; init; } = LayerNormForm.Sums;

    /// <summary>Weight normalisation, see <see cref="CellTransforms.WithWeightNorm"/>.</summary>
    public bool WeightNorm { get; init; }

    /// <summary>The input of every layer is added to its output.</summary>
    public bool Residual { get; init; }

    /// <summary>The share of the text, at its end, that is not trained on.</summary>
    public double Validation { get; init; } = 0.05;

    /// <summary>Fixes first weights and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    public ElementType Precision { get; init; } = ElementType.F32;

    /// <summary>S, the shards into which each batch is cut, see <see cref="ShardedStep"/>; a checkpoint stores it beside the options where
    /// it is above 1.</summary>
    [JsonIgnore]
    public int Shards { get; init; } = 1;

    /// <exception cref="ArgumentException">A value is out of its range; the sentence names it as the command line does.</exception>
    public void Check()
    {
        Require(Shards >= 1, "shards", Shards, "1 or more");
        Require(Layers is >= 1 and <= 64, "layers", Layers, "1 to 64");
        Require(Hidden is >= 1 and <= 65536, "hidden", Hidden, "1 to 65536");
        Require(Embedding is >= 1 and <= 65536, "embedding", Embedding, "1 to 65536");
        Require(Steps >= 0, "seq", Steps, "0 or more");
        Require(Batch >= 1, "batch", Batch, "1 or more");
        Require(Epochs > 0 && double.IsFinite(Epochs), "epochs", Epochs, "a positive number");
        Require(Updates >= 0, "steps", Updates, "1 or more");
        Require(OptimiserChoice.Names.Contains(Optimiser), "optimizer", Optimiser, string.Join(", ", OptimiserChoice.Names));
        Require(Momentum is null or (>= 0 and < 1), "momentum", Momentum ?? 0, "at least 0 and below 1");
        Require(Dampening is >= 0 and <= 1, "dampening", Dampening, "0 to 1");
        Require(!Nesterov || (Momentum != 0 && Dampening == 0), "nesterov", "given", "a momentum above 0 and no dampening with it");
        Require(WeightDecay is null or (>= 0 and < double.PositiveInfinity), "weight-decay", WeightDecay ?? 0, "0 or more");
        Require(Beta1 is >= 0 and < 1, "beta1", Beta1, "at least 0 and below 1");
        Require(Beta2 is >= 0 and < 1, "beta2", Beta2, "at least 0 and below 1");
        Require(Smoothing is null or (>= 0 and < 1), "smoothing", Smoothing ?? 0, "at least 0 and below 1");
        Require(Epsilon is null or (> 0 and < double.PositiveInfinity), "epsilon", Epsilon ?? 0, "a positive number");
        Require(RateDecay >= 0 && double.IsFinite(RateDecay), "rate-decay", RateDecay, "0 or more");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), "lr", LearningRate, "a positive number");
        Require(ScheduleChoice.Names.Contains(Schedule), "schedule", Schedule, string.Join(", ", ScheduleChoice.Names));
        Require(WarmUp >= 0, "warmup", WarmUp, "0 or more");
        Require(DecayEvery >= 0, "decay-every", DecayEvery, "1 or more");
        Require(Decay is null or (> 0 and < 1), "decay", Decay ?? 0, "above 0 and below 1");
        Require(Patience >= 0, "patience", Patience, "0 or more");
        Require(ClipValue >= 0 && double.IsFinite(ClipValue), "clip-value", ClipValue, "0 (no clipping) or more");
        Require(Clip >= 0 && double.IsFinite(Clip), "clip", Clip, "0 (no clipping) or more");
        Require(CheckpointInterval is not < 0, "checkpoint", CheckpointInterval ?? 0, "0 (keep everything) or more");
        Require(Dropout is >= 0 and < 1, "dropout", Dropout, "at least 0 and below 1");
        Require(Zoneout is >= 0 and < 1, "zoneout", Zoneout, "at least 0 and below 1");
        Require(RecurrentDropout is >= 0 and < 1, "recurrent-dropout", RecurrentDropout, "at least 0 and below 1");
        Require(VariationalDropout is >= 0 and < 1, "variational-dropout", VariationalDropout, "at least 0 and below 1");
        Require(DropConnect is >= 0 and < 1, "drop-connect", DropConnect, "at least 0 and below 1");
        Require(Enum.IsDefined(LayerNormForm), "layer-norm", LayerNormForm, string.Join(", ", Enum.GetNames<LayerNormForm>()));
        Require(Precision is ElementType.F32 or ElementType.F64, "precision", Precision, "f32 or f64");
        Require(Validation is > 0 and < 1, "validation", Validation, "above 0 and below 1");
    }

    /// <summary>The cell with the regularisation of these options applied.</summary>
    /// <exception cref="GraphException">RNNJ166: the cell has no place for it.</exception>
    public CellDefinition Regularised(CellDefinition cell)
    {
        if (WeightNorm)
            cell = cell.WithWeightNorm();
        cell = cell.WithDropConnect(DropConnect);
        if (LayerNorm)
            cell = cell.WithLayerNorm(LayerNormForm);
        return cell.WithVariationalDropout(VariationalDropout, VariationalDropout).WithRecurrentDropout(RecurrentDropout)
            .WithZoneout(Zoneout);
    }

    private static void Require(bool holds, string option, object found, string wanted)
    {
        if (!holds)
            throw new ArgumentException(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--{option} is {found}, wanted {wanted} (change it)"));
    }
}
