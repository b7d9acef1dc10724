using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Choices of the caller that a plan depends on.</summary>
/// <param name="Sizes">Size of each symbol.</param>
/// <param name="Real">Element type of real values, F32 or F64.</param>
public sealed record PlanOptions(IReadOnlyDictionary<string, int> Sizes, ElementType Real)
{
    /// <summary>Names of passes and optimisations that are switched off.</summary>
    public IReadOnlyCollection<string> Without { get; init; } = [];

    /// <summary>Storage of packed weights.</summary>
    public WeightStorage Weights { get; init; }

    /// <summary>Outputs by name that take the place of an input: after a run the input holds the output.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = new Dictionary<string, string>();
}

/// <summary>State that all regions of a Program share while it is bufferized.</summary>
internal sealed class BufferizeContext(PlanOptions options, TargetTraits target)
{
    private readonly List<PlanBuffer> buffers = [];

    public PlanOptions Options => options;

    public IReadOnlyDictionary<string, int> Sizes => options.Sizes;

    public ElementType Real => options.Real;

    public TargetTraits Target => target;

    public WeightStorage Weights => options.Weights;

    /// <summary>True where elementwise work shares kernels.</summary>
    public bool Fuse { get; } = !options.Without.Contains(Planning.Fuse.Name);

    /// <summary>True where products that only a loop reads are computed some steps ahead of it.</summary>
    public bool Chunks { get; } = !options.Without.Contains(ChunkedMatMul.Name);

    /// <summary>True where products and sums over all steps leave out rows that have ended.</summary>
    public bool HasActiveRows { get; } = !options.Without.Contains(ActiveRows.Name);

    public IReadOnlyList<PlanBuffer> Buffers => buffers;

    /// <summary>Weights that were packed already, by source and orientation.</summary>
    public Dictionary<string, BufferView> Packed { get; } = [];

    /// <summary>Constants.</summary>
    public List<FillCommand> Fills { get; } = [];

    public int[] Shape(TensorType type) => type.Dims.Select(dim => dim.Evaluate(Sizes)).ToArray();

    public BufferView Allocate(int[] shape, ElementType element, BufferSpace space = BufferSpace.Scratch) =>
        Allocate(shape, element, BufferView.Dense(shape), space);

    /// <summary>Memory whose rows do not lie a page apart, where the rows that a product writes at a time would share a
    /// set of the first-level cache.</summary>
    public BufferView AllocateRows(int[] shape, ElementType element)
    {
        int size = element == ElementType.F64 ? 8 : 4;
        if (shape.Length < 2 || shape[^1] * size % target.Page != 0)
            return Allocate(shape, element);

        int[] room = [.. shape[..^1], shape[^1] + (target.RowGap / size)];
        return Allocate(room, element, BufferView.Dense(room), BufferSpace.Scratch) with { Shape = shape };
    }

    /// <summary>Memory of a packed matrix.</summary>
    /// <exception cref="GraphException">RNNJ161: it has more elements than an int counts.</exception>
    public BufferView AllocatePanels(int n, int k, WeightStorage storage, BufferSpace space = BufferSpace.Scratch)
    {
        long elements = target.PackedElements(n, k, Real, storage);
        if (elements > int.MaxValue)
            throw new GraphException("RNNJ161",
                $"A matrix of {k} × {n} has more than {int.MaxValue} elements when it is packed in panels (make it smaller)");
        return Allocate([(int)elements], Real, space) with { Panels = new PackedPanels(n, k, elements, storage) };
    }

    /// <summary>The view of an input of the Program.</summary>
    public BufferView Input(Port port)
    {
        int[] shape = Shape(port.Type);
        var buffer = new PlanBuffer(buffers.Count, port.Type.Element, NdArray.Size(shape), BufferSpace.External, port.Name,
            port.Role == PortRole.Parameter);
        buffers.Add(buffer);
        return new BufferView(buffer, 0, shape, BufferView.Dense(shape));
    }

    private BufferView Allocate(int[] room, ElementType element, long[] strides, BufferSpace space)
    {
        var buffer = new PlanBuffer(buffers.Count, element, Math.Max(NdArray.Size(room), 1L), space);
        buffers.Add(buffer);
        return new BufferView(buffer, 0, room, strides);
    }
}
