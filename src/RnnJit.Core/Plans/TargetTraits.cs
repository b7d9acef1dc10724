using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Facts about a backend that the layout of a plan depends on.</summary>
public sealed record TargetTraits
{
    /// <summary>Loops in loops that a CPU plans.</summary>
    public const int UsualLoopDepth = 2;

    /// <summary>Elements that a right operand of n columns and k rows takes when it is packed in panels, padding included.</summary>
    public required Func<int, int, ElementType, WeightStorage, long> PackedElements { get; init; }

    /// <summary>Columns of a panel.</summary>
    public required Func<ElementType, int> PanelWidth { get; init; }

    /// <summary>Bytes of a page: rows that are a multiple of it apart share a set of the first-level cache.</summary>
    public int Page { get; init; } = 4096;

    /// <summary>Bytes between rows that would lie a page apart.</summary>
    public int RowGap { get; init; } = 64;

    /// <summary>Rows of a product that read B so often that it is packed although its rows are contiguous; fewer copy it block by
    /// block.</summary>
    public int RowsThatRepayPacking { get; init; } = 2048;

    /// <summary>Elements of B beyond which the memory of a packed copy counts for more than its speed.</summary>
    public long MostPacked { get; init; } = 16 << 20;

    /// <summary>True where kernels want a parameter packed although its rows are contiguous.</summary>
    public bool PacksRows { get; init; } = true;

    /// <summary>Lanes in which the sum of a row is added: lane l adds elements l, l + lanes, …, then halves of the lanes are
    /// added. 1: from first to last.</summary>
    public int RowLanes { get; init; } = 1;

    /// <summary>Deepest nesting of loops that is planned; deeper loops are left to the interpreter.</summary>
    public int LoopDepth { get; init; } = UsualLoopDepth;

    /// <summary>Sizes from which matrix products are computed in chunks ahead of their loop.</summary>
    public ChunkLimits Chunks { get; init; } = ChunkLimits.Usual;
}
