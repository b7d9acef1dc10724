using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Runtime;

/// <summary>What all regions of one bound Program share while they are planned.</summary>
internal sealed class PlanContext(IReadOnlyDictionary<string, int> sizes, ElementType real, KernelChain kernels)
{
    public IReadOnlyDictionary<string, int> Sizes { get; } = sizes;

    public ElementType Real { get; } = real;

    public KernelChain Kernels { get; } = kernels;

    /// <summary>Whether elementwise work shares kernels.</summary>
    public bool Fuse { get; init; } = true;

    /// <summary>Whether products that only a loop reads are computed some steps ahead of it.</summary>
    public bool Tile { get; init; } = true;

    /// <summary>Whether products and sums over all steps leave out rows behind their end.</summary>
    public bool Live { get; init; } = true;

    /// <summary>How packed weights are stored.</summary>
    public WeightStorage Weights { get; init; }

    public List<Block> Blocks { get; } = [];

    /// <summary>Weights that were packed already, by source and orientation.</summary>
    public Dictionary<string, View> Packed { get; } = [];

    /// <summary>Filled once when memory is there: constants.</summary>
    public List<(View View, ElementType Element, double Value)> Fills { get; } = [];

    public Evaluation Evaluation { get; } = new(sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));

    public int[] Shape(TensorType type) => type.Dims.Select(dim => dim.Evaluate(Sizes)).ToArray();

    public View Allocate(int[] shape, ElementType element)
    {
        int size = element == ElementType.F64 ? 8 : 4;
        long length = shape.Aggregate(1L, (a, b) => a * b);
        var block = new Block(Math.Max(length, 1) * size);
        Blocks.Add(block);
        return new View(block, size, 0, shape, View.Dense(shape));
    }

    public View OfTensor(Tensor tensor, bool isParameter, string name) =>
        new(new Block(0) { External = tensor, IsParameter = isParameter, Name = name }, tensor.ElementSize, 0, [.. tensor.Shape], View.Dense([.. tensor.Shape]));
}
