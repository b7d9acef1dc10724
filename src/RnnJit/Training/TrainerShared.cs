using System.Globalization;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The common memory of training steps of all shapes: parameters, moments, gradients, carried states, one arena.</summary>
internal sealed class TrainerShared : IDisposable
{
    private readonly TrainerOptions options;
    private readonly OptimiserState optimiserState;
    private readonly Dictionary<string, Tensor> states = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Graph> differentiated = [];
    private TensorBlock? gradients;

    public TrainerShared(Model model, TrainerOptions options)
    {
        (Model, this.options) = (model, options);
        foreach (string name in model.Parameters.Keys)
            RequireRate(name, RateOf(name));
        if (model.Parameters.Count > 0 && model.Parameters.Keys.All(name => RateOf(name) == 0))
            throw new ArgumentException("RateOf gives 0 for every parameter, so that nothing is trained (give one of them more)");
        if (options.ClipNorm is { } clip && !(clip > 0 && double.IsFinite(clip)))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"ClipNorm is {clip}, wanted a positive finite number (null does not clip)"));
        Rate(0);
        if (options.StepMultiple < 1)
            throw new ArgumentException($"StepMultiple is {options.StepMultiple}, wanted at least 1 (1 leaves steps as they are)");
        if (options.MostShapes < 1)
            throw new ArgumentException($"MostShapes is {options.MostShapes}, wanted at least 1 (64 is usual)");
        Step = new TrainingStep(options.Optimiser, options.ClipNorm, options.CarryState)
        {
            Rates = model.Parameters.Keys.Where(name => RateOf(name) is not (0 or 1)).ToDictionary(name => name, RateOf),
            Kept = [.. options.Gradients.Where(model.Parameters.ContainsKey)],
        };
        optimiserState = new OptimiserState(model.Block, Step, model.Options.MemoryLimit);
    }

    public Model Model { get; }

    public TrainingStep Step { get; }

    public SharedArena Arena { get; } = new();

    /// <summary>Moments by the names of a step's inputs.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => optimiserState.Tensors;

    /// <summary>All gradients of a split step; null before the first one.</summary>
    public TensorBlock? Gradients => gradients;

    /// <summary>The learning rate of a step, counted from 0.</summary>
    /// <exception cref="ArgumentException">It is negative or not finite.</exception>
    public double Rate(int step)
    {
        double rate = options.LearningRate.At(step);
        return double.IsFinite(rate) && rate >= 0 ? rate : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"The learning rate of step {step + 1} is {rate}, wanted a finite number, 0 or more (change TrainerOptions.LearningRate)"));
    }

    /// <summary>The Program of the gradients for some sizes, and these with what checkpoints over time add to them.</summary>
    /// <exception cref="GraphException">RNNJ140, RNNJ168: there is no loss, or the interval of checkpoints is negative.</exception>
    public (Graph Program, IReadOnlyDictionary<string, int> Sizes) Differentiated(IReadOnlyDictionary<string, int> sizes)
    {
        int steps = sizes["T"], interval = options.CheckpointInterval ?? StripMineTime.Default(steps);
        if (interval == 0)
        {
            if (!differentiated.TryGetValue(0, out Graph? known))
                differentiated[0] = known = Differentiate(Model.Program);
            return (known, sizes);
        }

        var (blocked, symbol, blocks) = StripMineTime.Run(Model.Program, "T", steps, interval);
        return (Differentiate(blocked), symbol is null ? sizes : new Dictionary<string, int>(sizes) { [symbol] = blocks });
    }

    /// <summary>Carried states by name. Shapes of batches in which a state has the same shape share its tensor.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> StatesOf(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.State))
        {
            int[] shape = SizeCheck.Shape(port.Type, sizes);
            string key = $"{port.Name} [{string.Join(", ", shape)}]";
            if (!states.TryGetValue(key, out Tensor? state))
                states[key] = state = new Tensor(Model.Options.Precision, shape);
            yield return new(port.Name, state);
        }
    }

    /// <summary>Makes all states zero.</summary>
    public void ClearStates()
    {
        foreach (Tensor state in states.Values)
            state.Clear();
    }

    /// <summary>The block of gradients of a split step; null where the step is whole.</summary>
    public TensorBlock? GradientsOf(Graph program)
    {
        if (!options.SplitStep || gradients is not null)
            return gradients;
        long bytes = Model.Block.Whole.Length * (long)Model.Block.Whole.ElementSize;
        MemoryBudget.Require("The block of gradients", bytes, Model.Options.MemoryLimit);
        return gradients =
            new TensorBlock(Model.Options.Precision, Model.Parameters.Where(pair => program.OutputIndex("d_" + pair.Key) >= 0)
            .Select(pair => (pair.Key, pair.Value.Shape.ToArray())));
    }

    public void Dispose()
    {
        foreach (Tensor state in states.Values)
            state.Dispose();
        gradients?.Dispose();
        optimiserState.Dispose();
        Arena.Dispose();
    }

    private Graph Differentiate(Graph program) => TrainingProgram.Of(
        program, options.RateOf is null ? null : name => RateOf(name) != 0,
        [.. options.Gradients.Where(name => !Model.Parameters.ContainsKey(name))], options.LossWeight);

    private double RateOf(string parameter) => options.RateOf?.Invoke(parameter) ?? 1;

    private static void RequireRate(string parameter, double rate)
    {
        if (!double.IsFinite(rate) || rate < 0)
            throw new ArgumentException(
                $"RateOf gives {rate} for '{parameter}', wanted a multiple of the learning rate, 0 or more (0 leaves it as it is)");
    }
}
