using RnnJit.Cells;
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
    private readonly ParameterUpdate update;
    private readonly (Tensor Target, Tensor Gradient)[] gradients;
    private readonly (Tensor Mask, MaskLaw Law)[] masks;
    private readonly (Tensor Target, Tensor Next)[] running;
    private readonly Tensor loss;

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
        Graph differentiated = Program(blocked);
        executable = model.Bind(differentiated, steps, batch, symbol, blocks);
        State = new CarriedState(executable);
        update = new ParameterUpdate(model.Block, this.options.Optimiser, model.Options);
        gradients = update.Gradients.Where(pair => differentiated.OutputIndex("d_" + pair.Key) >= 0)
            .Select(pair => (pair.Value, executable.Output("d_" + pair.Key))).ToArray();
        masks = differentiated.Inputs.Where(MaskPort.Is).Select(port => (executable.Input(port.Name), MaskPort.Law(port))).ToArray();
        running = differentiated.Inputs.Where(port => RunningPort.Is(port) && differentiated.OutputIndex(RunningPort.Next(port.Name)) >= 0)
            .Select(port => (model.Parameters[port.Name], executable.Output(RunningPort.Next(port.Name)))).ToArray();
        loss = executable.Output("loss");
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

    /// <summary>The Program of a step: loss, final states, and the gradient <c>d_NAME</c> of every parameter.</summary>
    public Graph Differentiated => executable.Program;

    /// <summary>The Program that training a model runs: its part that <c>loss</c> needs, differentiated.</summary>
    /// <exception cref="GraphException">RNNJ140: there is no scalar output <c>loss</c>.</exception>
    public static Graph Program(Graph model) => TrainingProgram.Of(model);

    /// <summary>An input to fill before each step, [T, B, …]. Masks are filled by the trainer.</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    public Tensor Input(string name) => executable.Input(name);

    /// <summary>One step.</summary>
    /// <returns>The loss before the update.</returns>
    /// <exception cref="DivergenceException">The loss or a gradient is NaN or infinite; nothing was updated.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model was disposed.</exception>
    public double Step()
    {
        for (int site = 0; site < masks.Length; site++)
            DropoutMask.Fill(masks[site].Mask, masks[site].Law, model.Options.Seed, (ulong)Steps, site);
        executable.Run();

        double value = loss.Element == ElementType.F64 ? loss.Double[0] : loss.Single[0];
        RequireFinite("the loss", value);
        foreach (var (target, gradient) in gradients)
            target.CopyFrom(gradient);
        GradientNorm = update.Norm();
        RequireFinite("the norm of the gradients", GradientNorm);

        double scale = options.ClipNorm is { } bound ? Training.GradientNorm.Scale(GradientNorm, bound) : 1;
        update.Run(Steps + 1, LearningRate, scale);
        foreach (var (target, next) in running)
            target.CopyFrom(next);
        if (options.CarryState)
            State.Carry();
        Steps++;
        return value;
    }

    /// <summary>Puts all that the next steps depend on, besides the parameters and the data, into a checkpoint.</summary>
    internal void Write(Checkpoint checkpoint)
    {
        checkpoint["steps"] = Steps.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (name, tensor) in update.States)
            checkpoint.Put(name, tensor);
        checkpoint.Put("schedule", options.LearningRate.State);
        for (int s = 0; s < State.Names.Count; s++)
            checkpoint.Put("state." + State.Names[s], State[s]);
    }

    /// <exception cref="CheckpointException">The checkpoint is of another optimiser, batch or model, or holds numbers that are not finite.</exception>
    internal void Read(Checkpoint checkpoint)
    {
        Steps = checkpoint.Number("steps");
        foreach (var (name, tensor) in update.States)
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
        executable.Dispose();
        update.Dispose();
    }

    private void RequireFinite(string what, double value)
    {
        if (!double.IsFinite(value))
            throw new DivergenceException(Steps + 1, what, value, options.Locate?.Invoke(executable), EmptyLengths());
    }

    // A mean over the steps that count is 0 / 0 where none does.
    private string? EmptyLengths()
    {
        Graph program = executable.Program;
        var lengths = program.Nodes.Where(node => node.Op is ScanOp { HasLengths: true }).Select(node => node.Operands[node.Operands.Count - 1])
            .Where(operand => operand < program.Inputs.Count).Select(operand => program.Inputs[operand].Name);
        return lengths.FirstOrDefault(name => executable.Input(name).Int32.IndexOfAnyExcept(0) < 0) is { } empty ? $"every length in '{empty}' is 0: give one row at least one step" : null;
    }
}
