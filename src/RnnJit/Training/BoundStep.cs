using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>A training step bound to one shape of batches: its Programs, their inputs and their results.</summary>
internal sealed class BoundStep : IDisposable
{
    private readonly (double Multiple, Tensor[] Numbers)[] numbers;
    private readonly TrainingStep step;
    private readonly double[] scalars;
    private readonly Tensor? random;
    private readonly Tensor loss;
    private readonly Tensor norm;
    private readonly Tensor finite;

    /// <param name="training">All that steps of any shape share.</param>
    /// <param name="sizes">Symbols that the model leaves open, T and B among them.</param>
    public BoundStep(TrainerShared training, IReadOnlyDictionary<string, int> sizes)
    {
        Sizes = sizes;
        Batch = sizes["B"];
        (Differentiated, IReadOnlyDictionary<string, int> all) = training.Differentiated(sizes);
        step = training.Step;
        scalars = new double[step.Optimiser.Scalars.Count];
        ExecutableOptions bound = training.Model.OptionsFor(sizes["T"], Batch, all);
        Dictionary<string, Tensor> shared = bound.Shared.Concat(training.Tensors).ToDictionary(pair => pair.Key, pair => pair.Value);
        bound = bound with { Arena = training.Arena };
        foreach (var (name, tensor) in training.StatesOf(Differentiated, bound.Sizes))
            shared[name] = tensor;
        if (training.GradientsOf(Differentiated) is { } gradients)
        {
            foreach (var (name, part) in gradients.Parts)
                shared[TrainingStep.Handed("d_" + name)] = part;
            Executable = Executable.Create(Differentiated, bound with { Step = step with { Part = StepPart.Gradients }, Shared = shared });
            foreach (Port port in Executable.Program.Inputs)
                shared[port.Name] = Executable.Input(port.Name);
            Update = Executable.Create(Differentiated, bound with { Step = step with { Part = StepPart.Update }, Shared = shared });
        }
        else
        {
            Executable = Executable.Create(Differentiated, bound with { Step = step, Shared = shared });
        }

        Executable last = Update ?? Executable;
        State = new CarriedState(Executable);
        numbers = [.. step.Multiples(Differentiated).Select(multiple =>
            (multiple, step.Optimiser.Scalars.Select(scalar => last.Input(TrainingStep.Number(scalar, multiple))).ToArray()))];
        random = Executable.Program.InputIndex(TrainingStep.Random) >= 0 ? Executable.Input(TrainingStep.Random) : null;
        Means = [Executable.Output("loss"), .. Executable.Program.Outputs
            .Where(output => RunningPort.IsNext(Executable.Program, output)).Select(output => Executable.Output(output.Name))];
        (loss, norm, finite) = (Executable.Output("loss"), last.Output(TrainingStep.Norm), last.Output(TrainingStep.Finite));
    }

    public IReadOnlyDictionary<string, int> Sizes { get; }

    public int Batch { get; }

    public Graph Differentiated { get; }

    /// <summary>The whole step, or the gradients of a split one.</summary>
    public Executable Executable { get; }

    /// <summary>The second part of a split step; null where the step is whole.</summary>
    public Executable? Update { get; }

    public CarriedState State { get; }

    /// <summary>The loss, then running statistics of a split step: means over the rows.</summary>
    public Tensor[] Means { get; }

    public double Loss => Number(loss);

    public double Norm => Number(norm);

    /// <summary>False where loss or norm is not finite, so that nothing was updated.</summary>
    public bool IsFinite => Number(finite) != 0;

    /// <summary>Gives the optimiser its numbers.</summary>
    /// <param name="number">The number of the step, from 1.</param>
    public void FillNumbers(int number, double rate)
    {
        foreach (var (multiple, tensors) in numbers)
        {
            step.Optimiser.SetScalars(scalars, number, rate * multiple);
            for (int i = 0; i < tensors.Length; i++)
                tensors[i].Set(scalars.AsSpan(i, 1));
        }
    }

    /// <summary>Gives masks their key and counter.</summary>
    public void FillRandom(ulong seed, int steps) => FillRandom(seed, steps, 0, Batch);

    /// <summary>Gives masks their key and counter, where the rows are a part of a batch.</summary>
    public void FillRandom(ulong seed, int steps, int firstRow, int rows)
    {
        if (random is null)
            return;
        Span<int> words = random.Write<int>();
        (words[0], words[1], words[2], words[3], words[4], words[5]) = ((int)seed, (int)(seed >> 32), steps, 0, firstRow, rows);
    }

    public void Dispose()
    {
        Update?.Dispose();
        Executable.Dispose();
    }

    private static double Number(Tensor scalar) => scalar.Element == ElementType.F64 ? scalar.Read<double>()[0] : scalar.Read<float>()[0];
}
