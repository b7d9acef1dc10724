using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The states of an optimiser, one tensor for each state and parameter, in blocks laid out as the parameters are.</summary>
internal sealed class OptimiserState : IDisposable
{
    private readonly Dictionary<string, TensorBlock> blocks;
    private readonly Dictionary<string, Tensor> tensors;

    /// <exception cref="Ir.GraphException">RNNJ245: the states take more memory than is allowed.</exception>
    public OptimiserState(TensorBlock parameters, TrainingStep step, long memoryLimit)
    {
        Optimiser optimiser = step.Optimiser;
        long bytes = parameters.Whole.Length * (long)parameters.Whole.ElementSize;
        MemoryBudget.Require("The optimiser's state", bytes * optimiser.States.Count, memoryLimit);
        blocks = optimiser.States.ToDictionary(name => name, _ => parameters.Alike());
        foreach (Tensor whole in blocks.Values.Select(block => block.Whole).Where(_ => optimiser.StateStart != 0))
            whole.Set(Enumerable.Repeat(optimiser.StateStart, whole.Length).ToArray());
        tensors = blocks.SelectMany(block => block.Value.Parts.Select(part => (Name: step.State(block.Key, part.Key), part.Value)))
            .ToDictionary(pair => pair.Name, pair => pair.Value);
    }

    /// <summary>All states by the names of a training step's inputs.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    public void Dispose()
    {
        foreach (TensorBlock block in blocks.Values)
            block.Dispose();
    }
}
