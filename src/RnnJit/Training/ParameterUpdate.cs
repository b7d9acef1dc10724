using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>One optimiser step over all parameters at once.</summary>
internal sealed unsafe class ParameterUpdate : IDisposable
{
    private readonly TensorBlock parameters;
    private readonly TensorBlock gradients;
    private readonly Optimiser optimiser;
    private readonly Dictionary<string, TensorBlock> states;
    private readonly Executable executable;
    private readonly (Tensor Target, Tensor Result)[] results;
    private readonly Tensor[] scalars;
    private readonly double[] numbers;

    public ParameterUpdate(TensorBlock parameters, Optimiser optimiser, ModelOptions options)
    {
        (this.parameters, this.optimiser) = (parameters, optimiser);
        long bytes = parameters.Whole.Length * (long)parameters.Whole.ElementSize;
        MemoryBudget.Require("The optimiser's state", bytes * (1 + optimiser.States.Count), options.MemoryLimit);
        gradients = parameters.Alike();
        states = optimiser.States.ToDictionary(name => name, _ => parameters.Alike());
        foreach (Tensor state in states.Values.Select(block => block.Whole).Where(_ => optimiser.StateStart != 0))
            state.Set(Enumerable.Repeat(optimiser.StateStart, state.Length).ToArray());
        var shared = states.ToDictionary(pair => pair.Key, pair => pair.Value.Whole);
        shared["p"] = parameters.Whole;
        shared["g"] = gradients.Whole;
        executable = Executable.Create(optimiser.Build(), new ExecutableOptions
        {
            Sizes = new Dictionary<string, int> { ["R"] = parameters.Whole.Shape[0], ["N"] = parameters.Whole.Shape[1] },
            Device = options.Device,
            Precision = options.Precision,
            Threads = options.Threads,
            Kernels = options.Kernels,
            MemoryLimit = options.MemoryLimit,
            Shared = shared,
        });
        results = optimiser.States.Prepend("p").Select(name => (shared[name], executable.Output(name))).ToArray();
        scalars = optimiser.Scalars.Prepend("scale").Select(executable.Input).ToArray();
        numbers = new double[optimiser.Scalars.Count];
    }

    /// <summary>The gradients to fill, by parameter.</summary>
    public IReadOnlyDictionary<string, Tensor> Gradients => gradients.Parts;

    /// <summary>The optimiser's states, by name and parameter.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> States =>
        states.SelectMany(state => state.Value.Parts.Select(part => ($"{optimiser.Name}.{state.Key}.{part.Key}", part.Value)));

    /// <summary>The L2 norm over all gradients, summed in double precision in one fixed order.</summary>
    public double Norm()
    {
        Tensor g = gradients.Whole;
        return Math.Sqrt(g.Element == ElementType.F64 ? FlatReduction.SumOfSquares((double*)g.Data, g.Length) : FlatReduction.SumOfSquares((float*)g.Data, g.Length));
    }

    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="scale">A factor of every gradient.</param>
    public void Run(int step, double rate, double scale)
    {
        optimiser.SetScalars(numbers, step, rate);
        Set(scalars[0], scale);
        for (int i = 0; i < numbers.Length; i++)
            Set(scalars[i + 1], numbers[i]);
        executable.Run();
        foreach (var (target, result) in results)
            target.CopyFrom(result);
        parameters.Touch();
    }

    public void Dispose()
    {
        executable.Dispose();
        gradients.Dispose();
        foreach (TensorBlock state in states.Values)
            state.Dispose();
    }

    private static void Set(Tensor scalar, double value) => scalar.Set([value]);
}
