using RnnJit.Data;
using RnnJit.Ir;

namespace RnnJit.Tests.Data;

/// <summary>Batches for the interpreter.</summary>
internal static class BatchArrays
{
    /// <summary>The inputs of a batch, parameters that depend on their names alone, and zeros as first states.</summary>
    public static Dictionary<string, NdArray> Of(Graph program, IReadOnlyDictionary<string, BatchInput> inputs)
    {
        Dictionary<string, NdArray> arrays = inputs.ToDictionary(pair => pair.Key, pair => Array(pair.Value));
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Parameter))
        {
            int[] shape = [.. port.Type.Dims.Select(dim => dim.Constant)];
            var random = new Random(port.Name.Sum(c => c));
            arrays[port.Name] = new NdArray(shape, [.. Enumerable.Range(0, NdArray.Size(shape)).Select(_ => random.NextDouble() - 0.5)]);
        }

        return arrays;
    }

    private static NdArray Array(BatchInput input) => new(
        [.. input.Shape],
        input.Element == ElementType.I32
            ? [.. input.Integers.ToArray().Select(value => (double)value)]
            : [.. input.Reals.ToArray().Select(value => (double)value)]);
}
