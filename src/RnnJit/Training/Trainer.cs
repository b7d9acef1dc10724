using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>
/// Lowers a model's output <c>loss</c>, a scalar. Each step runs forward and back over T time steps, clips by the norm of all gradients,
/// and updates every parameter. Not safe for concurrent use.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly Model model;
    private readonly TrainerOptions options;
    private readonly TrainerShared shared;
    private readonly BatchShape? shape;
    private readonly LinkedList<BoundStep> bound = [];
    private BoundStep? current;
    private bool carries;
    private int carriedRows;

    /// <summary>
    /// A trainer of batches of any shape, see <see cref="Step(Batch)"/>: parameters, moments and one arena serve them all.
    /// </summary>
    /// <exception cref="GraphException">RNNJ140: the model has no scalar output <c>loss</c>, or an option names an output that it has
    /// not.</exception>
    /// <exception cref="ArgumentException">The model stores its weights in 16 bits, or an option is out of range.</exception>
    public Trainer(Model model, TrainerOptions? options = null)
        : this(model, options ?? new TrainerOptions(), anyShape: true)
    {
    }

    /// <summary>
    /// A trainer of one shape, bound as <see cref="Bind(int, int)"/> does: fill <see cref="Input"/>, call <see cref="Step()"/>.
    /// </summary>
    /// <param name="steps">T, the time steps through which gradients flow.</param>
    /// <param name="batch">B.</param>
    /// <exception cref="GraphException">RNNJ140: the model has no scalar output <c>loss</c>; RNNJ168: the
    /// checkpoint interval is negative.</exception>
    /// <exception cref="ArgumentException">The model stores its weights in 16 bits, or an option is out of range.</exception>
    public Trainer(Model model, int steps, int batch, TrainerOptions? options = null)
        : this(model, options ?? new TrainerOptions(), anyShape: false) => Use(steps, batch);

    private Trainer(Model model, TrainerOptions options, bool anyShape)
    {
        if (model.Options.Weights != WeightStorage.Single)
            throw new ArgumentException(
                $"The model stores its weights as {model.Options.Weights}, which training would lose updates in (open it with Single)",
                nameof(model));
        (this.model, this.options, shared) = (model, options, new TrainerShared(model, options));
        if (anyShape)
            shape = new BatchShape(TrainingProgram.Of(model.Program), model.Sizes, options.StepMultiple);
    }

    /// <summary>The model in training.</summary>
    public Model Model => model;

    /// <summary>The loop of <see cref="Fit"/> that runs, was cut or ended last; null before the first one.</summary>
    internal FitState? Loop { get; set; }

    /// <summary>The number of steps made.</summary>
    public int Steps { get; private set; }

    /// <summary>The norm of all gradients in the last step, before clipping.</summary>
    public double GradientNorm { get; private set; }

    /// <summary>The learning rate of the next step.</summary>
    public double LearningRate => options.LearningRate.At(Steps);

    /// <summary>Tells the schedule a loss measured on data held back, as <see cref="PlateauRate"/> needs after each validation.</summary>
    public void Observe(double loss) => options.LearningRate.Observe(loss);

    /// <summary>The states of batches with as many rows as the last one; zero at first.</summary>
    /// <exception cref="InvalidOperationException">No batch was given yet, so there is no shape.</exception>
    public CarriedState State => Current.State;

    /// <summary>The Program of the gradients: loss, final states, and the gradient <c>d_NAME</c> of every parameter.</summary>
    public Graph Differentiated => Current.Differentiated;

    /// <summary>The Program of a step: the gradients' and, after it, the update.</summary>
    public Graph StepProgram => Current.Executable.Program;

    /// <summary>Shapes of batches that are bound now.</summary>
    public int Shapes => bound.Count;

    /// <summary>Copies of tensors to the device so far, see <see cref="Executable.Uploads"/>.</summary>
    internal long Uploads => bound.Sum(step => step.Executable.Uploads + (step.Update?.Uploads ?? 0));

    /// <summary>Copies of tensors from the device so far, see <see cref="Executable.Downloads"/>.</summary>
    internal long Downloads => bound.Sum(step => step.Executable.Downloads + (step.Update?.Downloads ?? 0));

    /// <summary>Bytes of the arena that all shapes share, and of smaller ones that some still use.</summary>
    internal long ArenaBytes => shared.Arena.Bytes;

    /// <summary>The Program that training a model runs: its part that <c>loss</c> needs, differentiated.</summary>
    /// <exception cref="GraphException">RNNJ140: there is no scalar output <c>loss</c>.</exception>
    public static Graph Program(Graph model) => TrainingProgram.Of(model);

    /// <summary>An input to fill before each step, [T, B, …]. Masks are no inputs: the step draws them.</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    public Tensor Input(string name) => Current.Executable.Input(name);

    /// <summary>All gradients side by side, [rows, columns], where the step is split: written by <see cref="Backward"/>,
    /// read by <see cref="Update"/>.</summary>
    /// <exception cref="InvalidOperationException">The step is not split.</exception>
    public Tensor Gradients => (options.SplitStep ? shared.Gradients : throw NotSplit(nameof(Gradients)))?.Whole ?? throw NoShape();

    /// <summary>
    /// The gradient of a parameter, output or named value that <see cref="TrainerOptions.Gradients"/> names, after the last step and
    /// before clipping.
    /// </summary>
    /// <exception cref="UnknownNameException">The options do not name it.</exception>
    public Tensor Gradient(string name)
    {
        if (!options.Gradients.Contains(name))
            throw new UnknownNameException($"The trainer of '{model.Program.Name}'", "gradient", name, options.Gradients);
        return options.SplitStep
            && shared.Gradients?.Parts.TryGetValue(name, out Tensor? part) == true ? part : Current.Executable.Output("d_" + name);
    }

    /// <summary>
    /// One step over a batch of any shape. A shape that is new is bound first, which takes as long as making a trainer of it.
    /// </summary>
    /// <returns>The loss before the update.</returns>
    /// <exception cref="GraphException">RNNJ150, RNNJ151: an input is missing or its shape does not fit.</exception>
    /// <exception cref="UnknownNameException">The batch gives an input that the network does not have.</exception>
    /// <exception cref="InvalidOperationException">States are carried and the batch has other rows than the one before.</exception>
    /// <inheritdoc cref="Step()" path="/exception"/>
    public double Step(Batch batch)
    {
        Bind(batch);
        return Step();
    }

    /// <summary>One step.</summary>
    /// <returns>The loss before the update.</returns>
    /// <exception cref="ArgumentException">The schedule gives a rate that is negative or not finite; nothing was updated.</exception>
    /// <exception cref="DivergenceException">The loss or a gradient is NaN or infinite; nothing was updated.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model was disposed.</exception>
    public double Step()
    {
        if (options.SplitStep)
        {
            double before = Backward();
            Update();
            return before;
        }

        BoundStep step = Current;
        step.FillRandom(model.Options.Seed, Steps);
        step.FillNumbers(Steps + 1, shared.Rate(Steps));
        step.Executable.Run();
        Finish(step);
        return step.Loss;
    }

    /// <summary>The first part of a split step: loss and gradients. Nothing is updated; calling it again draws the same masks.</summary>
    /// <returns>The loss, which may not be finite.</returns>
    /// <exception cref="InvalidOperationException">The step is not split.</exception>
    public double Backward()
    {
        if (!options.SplitStep)
            throw NotSplit(nameof(Backward));
        Current.FillRandom(model.Options.Seed, Steps);
        Current.Executable.Run();
        return Current.Loss;
    }

    /// <summary>The second part of a split step: the update by what <see cref="Gradients"/> holds, with the bits of a step that is not
    /// split.</summary>
    /// <exception cref="ArgumentException">The schedule gives a rate that is negative or not finite; nothing was updated.</exception>
    /// <exception cref="DivergenceException">The loss or a gradient is NaN or infinite; nothing was updated.</exception>
    /// <exception cref="InvalidOperationException">The step is not split.</exception>
    public void Update()
    {
        if (!options.SplitStep)
            throw NotSplit(nameof(Update));
        Current.FillNumbers(Steps + 1, shared.Rate(Steps));
        Current.Update!.Run();
        Finish(Current);
    }

    /// <summary>Frees inputs, gradients and moments; the parameters stay the model's. Tensors of the trainer throw afterwards.</summary>
    public void Dispose()
    {
        foreach (BoundStep step in bound)
            step.Dispose();
        Loop?.Dispose();
        shared.Dispose();
    }

    private static InvalidOperationException NotSplit(string member) => new($"{member} is for a split step (set TrainerOptions.SplitStep)");

    private void Finish(BoundStep step, Func<string?>? place = null)
    {
        double value = step.Loss;
        GradientNorm = step.Norm;
        if (!step.IsFinite)
            throw Diverged(double.IsFinite(value) ? "the norm of the gradients" : "the loss",
                double.IsFinite(value) ? GradientNorm : value, place ?? Locate);
        Steps++;
        (carries, carriedRows) = (options.CarryState, step.Batch);
    }

    private DivergenceException Diverged(string what, double value, Func<string?> place) =>
        new(Steps + 1, what, value, place(), EmptyLengths());

    // A mean over the steps that count is 0 / 0 where none does.
    private string? EmptyLengths()
    {
        Executable executable = Current.Executable;
        Graph program = executable.Program;
        var lengths =
            program.Nodes.Where(node => node.Op is ScanOp { HasLengths: true }).Select(node => node.Operands[node.Operands.Count - 1])
            .Where(operand => operand < program.Inputs.Count).Select(operand => program.Inputs[operand].Name);
        return lengths.FirstOrDefault(name => executable.Input(name).Read<int>().IndexOfAnyExcept(0) < 0) is { } empty
            ? $"every length in '{empty}' is 0: give one row at least one step"
            : null;
    }
}
