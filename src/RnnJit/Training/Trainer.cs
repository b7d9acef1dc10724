using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>
/// Lowers a model's output <c>loss</c>, a scalar: fill <see cref="Input"/>, call <see cref="Step"/>. Each step runs forward and back over T time steps,
/// clips by the norm of all gradients, and updates every parameter. Not safe for concurrent use.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Model model;
    private readonly TrainerOptions options;
    private readonly Executable executable;
    private readonly Executable? update;
    private readonly TensorBlock? gradients;
    private readonly OptimiserState optimiserState;
    private readonly Tensor[] numbers;
    private readonly double[] scalars;
    private readonly Tensor? random;
    private readonly Tensor loss;
    private readonly Tensor norm;
    private readonly Tensor finite;

    /// <param name="steps">T, the time steps through which gradients flow.</param>
    /// <param name="batch">B.</param>
    /// <exception cref="GraphException">RNNJ140: the model has no scalar output <c>loss</c>; RNNJ168: the checkpoint interval is negative.</exception>
    /// <exception cref="ArgumentException">The model stores its weights in 16 bits.</exception>
    public Trainer(Model model, int steps, int batch, TrainerOptions? options = null)
    {
        if (model.Options.Weights != WeightStorage.Single)
            throw new ArgumentException($"The model stores its weights as {model.Options.Weights}, which training would lose updates in (open it with Single)", nameof(model));
        (this.model, this.options) = (model, options ?? new TrainerOptions());
        int interval = this.options.CheckpointInterval ?? StripMineTime.Default(steps);
        var (blocked, symbol, blocks) = interval == 0 ? (model.Program, null, 0) : StripMineTime.Run(model.Program, "T", steps, interval);
        Differentiated = Program(blocked);
        var step = new TrainingStep(this.options.Optimiser, this.options.ClipNorm, this.options.CarryState);
        optimiserState = new OptimiserState(model.Block, step, model.Options.MemoryLimit);
        ExecutableOptions bound = model.OptionsFor(steps, batch, symbol, blocks);
        Dictionary<string, Tensor> shared = bound.Shared.Concat(optimiserState.Tensors).ToDictionary(pair => pair.Key, pair => pair.Value);
        if (this.options.SplitStep)
        {
            gradients = GradientBlock();
            foreach (var (name, part) in gradients.Parts)
                shared[TrainingStep.Handed("d_" + name)] = part;
            executable = Executable.Create(Differentiated, bound with { Step = step with { Part = StepPart.Gradients }, Shared = shared });
            foreach (Port port in executable.Program.Inputs)
                shared[port.Name] = executable.Input(port.Name);
            update = Executable.Create(Differentiated, bound with { Step = step with { Part = StepPart.Update }, Shared = shared });
        }
        else
        {
            executable = Executable.Create(Differentiated, bound with { Step = step, Shared = shared });
        }

        Executable last = update ?? executable;
        State = new CarriedState(executable);
        scalars = new double[step.Optimiser.Scalars.Count];
        numbers = [.. step.Optimiser.Scalars.Select(scalar => last.Input(TrainingStep.Number(scalar)))];
        random = executable.Program.InputIndex(TrainingStep.Random) >= 0 ? executable.Input(TrainingStep.Random) : null;
        (loss, norm, finite) = (executable.Output("loss"), last.Output(TrainingStep.Norm), last.Output(TrainingStep.Finite));
        Batch = batch;
    }

    /// <summary>The number of steps made.</summary>
    public int Steps { get; private set; }

    /// <summary>The norm of all gradients in the last step, before clipping.</summary>
    public double GradientNorm { get; private set; }

    /// <summary>The learning rate of the next step.</summary>
    public double LearningRate => options.LearningRate.At(Steps);

    /// <summary>Tells the schedule a loss measured on data held back, as <see cref="PlateauRate"/> needs after each validation.</summary>
    public void Observe(double loss) => options.LearningRate.Observe(loss);

    /// <summary>The states; zero at first.</summary>
    public CarriedState State { get; }

    /// <summary>The Program of the gradients: loss, final states, and the gradient <c>d_NAME</c> of every parameter.</summary>
    public Graph Differentiated { get; }

    /// <summary>The Program of a step: the gradients' and, after it, the update.</summary>
    public Graph StepProgram => executable.Program;

    /// <summary>Copies of tensors to the device so far, see <see cref="Executable.Uploads"/>.</summary>
    internal long Uploads => executable.Uploads + (update?.Uploads ?? 0);

    /// <summary>Copies of tensors from the device so far, see <see cref="Executable.Downloads"/>.</summary>
    internal long Downloads => executable.Downloads + (update?.Downloads ?? 0);

    /// <summary>The Program that training a model runs: its part that <c>loss</c> needs, differentiated.</summary>
    /// <exception cref="GraphException">RNNJ140: there is no scalar output <c>loss</c>.</exception>
    public static Graph Program(Graph model) => TrainingProgram.Of(model);

    /// <summary>An input to fill before each step, [T, B, …]. Masks are no inputs: the step draws them.</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    public Tensor Input(string name) => executable.Input(name);

    /// <summary>All gradients side by side, [rows, columns], where the step is split: written by <see cref="Backward"/>, read by <see cref="Update"/>.</summary>
    /// <exception cref="InvalidOperationException">The step is not split.</exception>
    public Tensor Gradients => (gradients ?? throw NotSplit(nameof(Gradients))).Whole;

    /// <summary>One step.</summary>
    /// <returns>The loss before the update.</returns>
    /// <exception cref="DivergenceException">The loss or a gradient is NaN or infinite; nothing was updated.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model was disposed.</exception>
    public double Step()
    {
        if (update is not null)
        {
            double before = Backward();
            Update();
            return before;
        }

        FillRandom();
        FillNumbers();
        executable.Run();
        Finish();
        return Number(loss);
    }

    /// <summary>The first part of a split step: loss and gradients. Nothing is updated; calling it again draws the same masks.</summary>
    /// <returns>The loss, which may not be finite.</returns>
    /// <exception cref="InvalidOperationException">The step is not split.</exception>
    public double Backward()
    {
        if (update is null)
            throw NotSplit(nameof(Backward));
        FillRandom();
        executable.Run();
        return Number(loss);
    }

    /// <summary>The second part of a split step: the update by what <see cref="Gradients"/> holds, with the bits of a step that is not split.</summary>
    /// <exception cref="DivergenceException">The loss or a gradient is NaN or infinite; nothing was updated.</exception>
    /// <exception cref="InvalidOperationException">The step is not split.</exception>
    public void Update()
    {
        if (update is null)
            throw NotSplit(nameof(Update));
        FillNumbers();
        update.Run();
        Finish();
    }

    /// <summary>Puts all that the next steps depend on, besides the parameters and the data, into a checkpoint.</summary>
    internal void Write(Checkpoint checkpoint)
    {
        checkpoint["steps"] = Steps.ToString(System.Globalization.CultureInfo.InvariantCulture);
        checkpoint[RowLanesOf.Key] = model.RowLanes.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (name, tensor) in optimiserState.Tensors)
            checkpoint.Put(name, tensor);
        checkpoint.Put("schedule", options.LearningRate.State);
        for (int s = 0; s < State.Names.Count; s++)
            checkpoint.Put("state." + State.Names[s], State[s]);
    }

    /// <exception cref="CheckpointException">The checkpoint is of another optimiser, batch or model, or holds numbers that are not finite.</exception>
    internal void Read(Checkpoint checkpoint)
    {
        Steps = checkpoint.Number("steps");
        foreach (var (name, tensor) in optimiserState.Tensors)
            checkpoint.Get(name, tensor);
        RestoreSchedule(checkpoint);
        if (!double.IsFinite(LearningRate))
            throw new CheckpointException($"'{checkpoint.Path}': the learning rate of its schedule is {LearningRate.ToString(System.Globalization.CultureInfo.InvariantCulture)}, wanted a finite number (use another copy)");
        for (int s = 0; s < State.Names.Count; s++)
            checkpoint.Get("state." + State.Names[s], State[s]);
    }

    private void RestoreSchedule(Checkpoint checkpoint)
    {
        int wanted = options.LearningRate.State.Length;
        if (wanted == 0)
            return;
        double[] state = checkpoint.Numbers("schedule");
        if (state.Length != wanted)
            throw new CheckpointException($"'{checkpoint.Path}' holds {state.Length} numbers of a schedule, wanted {wanted} (use the checkpoint of this schedule)");
        options.LearningRate.Restore(state);
    }

    /// <summary>Frees inputs, gradients and moments; the parameters stay the model's. Tensors of the trainer throw afterwards.</summary>
    public void Dispose()
    {
        update?.Dispose();
        executable.Dispose();
        gradients?.Dispose();
        optimiserState.Dispose();
    }

    private int Batch { get; }

    private static InvalidOperationException NotSplit(string member) => new($"{member} is for a split step (set TrainerOptions.SplitStep)");

    private TensorBlock GradientBlock()
    {
        long bytes = model.Block.Whole.Length * (long)model.Block.Whole.ElementSize;
        MemoryBudget.Require("The block of gradients", bytes, model.Options.MemoryLimit);
        return new TensorBlock(model.Options.Precision, model.Parameters.Where(pair => Differentiated.OutputIndex("d_" + pair.Key) >= 0).Select(pair => (pair.Key, pair.Value.Shape.ToArray())));
    }

    private void FillNumbers()
    {
        options.Optimiser.SetScalars(scalars, Steps + 1, LearningRate);
        for (int i = 0; i < scalars.Length; i++)
            numbers[i].Set(scalars.AsSpan(i, 1));
    }

    private void Finish()
    {
        double value = Number(loss);
        GradientNorm = Number(norm);
        if (Number(finite) == 0)
            throw Diverged(double.IsFinite(value) ? "the norm of the gradients" : "the loss", double.IsFinite(value) ? GradientNorm : value);
        Steps++;
    }

    private void FillRandom()
    {
        if (random is null)
            return;
        Span<int> words = random.Write<int>();
        ulong seed = model.Options.Seed;
        (words[0], words[1], words[2], words[3], words[4], words[5]) = ((int)seed, (int)(seed >> 32), Steps, 0, 0, Batch);
    }

    private static double Number(Tensor scalar) => scalar.Element == ElementType.F64 ? scalar.Read<double>()[0] : scalar.Read<float>()[0];

    private DivergenceException Diverged(string what, double value) => new(Steps + 1, what, value, options.Locate?.Invoke(executable), EmptyLengths());

    // A mean over the steps that count is 0 / 0 where none does.
    private string? EmptyLengths()
    {
        Graph program = executable.Program;
        var lengths = program.Nodes.Where(node => node.Op is ScanOp { HasLengths: true }).Select(node => node.Operands[node.Operands.Count - 1])
            .Where(operand => operand < program.Inputs.Count).Select(operand => program.Inputs[operand].Name);
        return lengths.FirstOrDefault(name => executable.Input(name).Read<int>().IndexOfAnyExcept(0) < 0) is { } empty ? $"every length in '{empty}' is 0: give one row at least one step" : null;
    }
}
