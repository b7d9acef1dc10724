using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Planning;

namespace RnnJit.Runtime;

/// <summary>What all regions of one bound Program share while they are planned.</summary>
internal sealed class PlanContext
{
    private const int Page = 4096, CacheLine = 64;

    /// <summary>Takes a Program through the passes and makes its kernels ready.</summary>
    public PlanContext(Graph program, ExecutableOptions options, KernelChain kernels)
    {
        (Sizes, Real, Kernels, Weights) = (options.Sizes, options.Precision, kernels, options.Weights);
        Slow = new SlowPaths(program.Name, options);
        Fuse = !options.Without.Contains(Planning.Fuse.Name);
        Tile = !options.Without.Contains(Runtime.Tile.Name);
        TileLimits = options.TileLimits;
        Live = !options.Without.Contains(LiveRows.Name);
        Graph optimised = Pipeline.Run(Real == ElementType.F32 ? GraphMapper.InSingle(program) : program, options.Without);
        kernels.Prepare(() => KernelList.Of(optimised, Fuse), Real);
        Program = Real == ElementType.F64 ? GraphMapper.WithPrecision(optimised, ElementType.F64) : optimised;
        SizeCheck.Run(Program, Sizes);
        Evaluation = new Evaluation(Sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));
    }

    /// <summary>The Program behind all passes, in the precision in which it runs.</summary>
    public Graph Program { get; }

    public IReadOnlyDictionary<string, int> Sizes { get; }

    public ElementType Real { get; }

    public KernelChain Kernels { get; }

    /// <summary>Whether elementwise work shares kernels.</summary>
    public bool Fuse { get; }

    /// <summary>Whether products that only a loop reads are computed some steps ahead of it.</summary>
    public bool Tile { get; }

    public TileLimits TileLimits { get; }

    /// <summary>Whether products and sums over all steps leave out rows behind their end.</summary>
    public bool Live { get; }

    /// <summary>How packed weights are stored.</summary>
    public WeightStorage Weights { get; }

    /// <summary>What of the plan is slower than it could be.</summary>
    public SlowPaths Slow { get; }

    public List<Block> Blocks { get; } = [];

    /// <summary>Weights that were packed already, by source and orientation.</summary>
    public Dictionary<string, View> Packed { get; } = [];

    /// <summary>Constants, see <see cref="FillConstants"/>.</summary>
    public List<(View View, ElementType Element, double Value)> Fills { get; } = [];

    public Evaluation Evaluation { get; }

    public int[] Shape(TensorType type) => type.Dims.Select(dim => dim.Evaluate(Sizes)).ToArray();

    public View Allocate(int[] shape, ElementType element) => Allocate(shape, element, View.Dense(shape));

    /// <summary>Room whose rows do not lie a page apart, where the rows that a product writes at a time would share a set of the first-level cache.</summary>
    public View AllocateRows(int[] shape, ElementType element)
    {
        int size = element == ElementType.F64 ? 8 : 4;
        if (shape.Length < 2 || shape[^1] * size % Page != 0)
            return Allocate(shape, element);

        int[] room = [.. shape[..^1], shape[^1] + (CacheLine / size)];
        return Allocate(room, element, View.Dense(room)) with { Shape = shape };
    }

    private View Allocate(int[] room, ElementType element, long[] strides)
    {
        int size = element == ElementType.F64 ? 8 : 4;
        var block = new Block(Math.Max(NdArray.Size(room), 1L) * size);
        Blocks.Add(block);
        return new View(block, size, 0, room, strides);
    }

    public View OfTensor(Tensor tensor, bool isParameter, string name) =>
        new(new Block(0) { External = tensor, IsParameter = isParameter, Name = name }, tensor.ElementSize, 0, [.. tensor.Shape], View.Dense([.. tensor.Shape]));

    /// <summary>Writes the constants, once their blocks have memory.</summary>
    public unsafe void FillConstants()
    {
        foreach (var (view, element, value) in Fills)
        {
            for (int i = 0; i < view.Length; i++)
                Strided.Write(view.Block.Data + ((view.Offset + i) * view.ElementSize), element, value);
        }
    }
}
