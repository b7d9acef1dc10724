using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>
/// Recurrent batch normalisation (Cooijmans et al. 2017, arXiv:1603.09025, equations 6 to 8): BN(Wx) + BN(Uh) + b over the rows of each
/// step, and the new state where the step itself reads it, as in h' = o ⊙ tanh BN(c'). Each step returns its statistics; outside training
/// the running ones stand for them, one for all steps or one for each.
/// </summary>
internal sealed class BatchNorm
{
    // Section 4 of the paper: larger gains saturate the gates and let gradients vanish.
    private const string Gain = "0.1";

    private readonly StepRewrite rewrite;
    private readonly Value training;
    private readonly double epsilon;
    private readonly int steps;
    private readonly List<(string Name, Value Value, OutputRole Role)> statistics = [];

    private BatchNorm(CellDefinition cell, double epsilon, int steps)
    {
        this.epsilon = epsilon;
        this.steps = steps;
        rewrite = new StepRewrite(cell);
        training = rewrite.Input("training", new TensorType(ElementType.F32), PortRole.PerSequence, MaskPort.Training);
    }

    public static CellDefinition Run(CellDefinition cell, double epsilon, int steps)
    {
        var reading = new StepReading(cell.Step);
        var norm = new BatchNorm(cell, epsilon, RequireSteps(cell.Name, steps));
        var replaced = new Dictionary<int, Func<Value, Value>>();
        foreach (int node in reading.Products)
        {
            string name =
                cell.Step.Inputs[cell.Step.Nodes[node].Operands.Select(reading.FirstParameter).First(parameter => parameter >= 0)].Name;
            replaced[node] = norm.Of(name, cell.Step.Nodes[node].Results[0].Dims[1], shifted: false);
        }

        if (replaced.Count == 0)
            throw new GraphException("RNNJ166",
                $"No product of cell '{cell.Name}' reads a trained matrix, so batch normalisation has no place there (leave it away)");

        var raw = new Dictionary<int, Value>();
        foreach (Output output in cell.Step.Outputs.Where(output => output.Role == OutputRole.Next))
        {
            int state = cell.Step.InputIndex(output.Name), node = cell.Step.Values.Node(output.Value);
            if (node < 0 || replaced.ContainsKey(node) || !reading.Readers(output.Value).Any()
                || !StateUpdate.Exists(cell, state, output.Value))
                continue;
            Func<Value, Value> normalise = norm.Of(output.Name + "_state", cell.Step.Inputs[state].Type.Dims[1], shifted: true);
            replaced[node] = next => normalise(raw[output.Value] = next);
        }

        norm.rewrite.Replace =
            node => replaced.TryGetValue(node, out Func<Value, Value>? normalise) ? normalise(norm.rewrite.Copy(node)[0]) : null;
        return norm.rewrite.Finish(
            (output, value) => output.Role == OutputRole.Next && raw.TryGetValue(output.Value, out Value? carried) ? carried : value,
            norm.statistics);
    }

    /// <exception cref="GraphException">RNNJ161: the number is negative.</exception>
    public static int RequireSteps(string name, int steps) => steps >= 0
        ? steps
        : throw new GraphException("RNNJ161",
            $"Batch normalisation of '{name}' has running statistics for {steps} steps (give the number of steps, or 0 for one statistic "
                + "of all)");

    private Func<Value, Value> Of(string name, Dim width, bool shifted)
    {
        var type = new TensorType(ElementType.F32, width);
        Value Parameter(string suffix, string init) => rewrite.Input(name + suffix, type, PortRole.Parameter, init);
        Value Running(string suffix, double start) => steps == 0
            ? Parameter(suffix, RunningPort.Init(start))
            : rewrite.Input(name + suffix, type.WithDims([1, width]), PortRole.Input, RunningPort.Init(start, steps));
        Value gain = Parameter("_gain", Gain), runningMean = Running("_mean", 0), runningVariance = Running("_variance", 1);
        Value? shift = shifted ? Parameter("_shift", "zeros") : null;
        return x =>
        {
            var (mean, variance) = Moments.Over(x, [0]);
            statistics.Add((RunningPort.Next(rewrite.NameOf(runningMean)), mean, OutputRole.Result));
            statistics.Add((RunningPort.Next(rewrite.NameOf(runningVariance)), variance, OutputRole.Result));
            Value normalised = Moments.Normalised(x, Rnn.Select(training, mean, runningMean),
                Rnn.Select(training, variance, runningVariance), epsilon) * gain;
            return shift is null ? normalised : normalised + shift;
        };
    }
}
