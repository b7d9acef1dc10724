using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Draws a mask.</summary>
/// <param name="Words">Seed, update and rows of the batch: see <see cref="RandomMaskOp"/>.</param>
public sealed record RandomMaskCommand(RandomMaskOp Op, BufferView Words, BufferView Mask) : PlanCommand
{
    public override Op? Definition => Op;

    public override IEnumerable<BufferView> Reads => [Words];

    public override IEnumerable<BufferView> Writes => [Mask];

    public override string Describe => $"random mask [{string.Join(", ", Mask.Shape)}], {Op.Init}";

    public override string Text => $"random-mask {Op.Site} {Op.Init}";
}

/// <summary>
/// Sums of squares of tensors, one for each <see cref="Block"/> elements of all of them side by side, each tensor from a multiple of
/// <see cref="Unit"/> on: in double, element i in lane i mod 16, the lanes added as a tree.
/// </summary>
/// <param name="Sums">f64, one element for each block.</param>
public sealed record SquareSumCommand(BufferView[] Inputs, BufferView Sums) : PlanCommand
{
    /// <summary>Elements of a block.</summary>
    public const int Block = 4096;

    /// <summary>Elements of the first place of a tensor, in 64 bytes.</summary>
    public int Unit => 64 / Inputs[0].ElementSize;

    public override IEnumerable<BufferView> Reads => Inputs;

    public override IEnumerable<BufferView> Writes => [Sums];

    public override string Describe => $"squares of {Inputs.Sum(input => (long)input.Length)} numbers in {Inputs.Length} tensors";

    public override string Text => "square-sum";

    /// <summary>First element of each tensor in the sequence of all of them, and their number with gaps.</summary>
    public static (long[] Starts, long Length) Places(IReadOnlyList<BufferView> inputs)
    {
        int unit = 64 / inputs[0].ElementSize;
        var starts = new long[inputs.Count];
        long length = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = length;
            length += (inputs[i].Length + unit - 1) / unit * unit;
        }

        return (starts, length);
    }
}

/// <summary>Norm, clipping factor and finiteness from sums of squares, which are added from first to last.</summary>
public sealed record GradientNormCommand(GradientNormOp Op, BufferView Loss, BufferView Sums, BufferView Norm, BufferView Factor,
    BufferView Finite) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Loss, Sums];

    public override IEnumerable<BufferView> Writes => [Norm, Factor, Finite];

    public override string Describe => Op.Bound is { } bound ? $"norm of the gradients, clipped to {bound}" : "norm of the gradients";

    public override string Text => Op.ToString();
}

/// <summary>A kernel over the tensors of each item.</summary>
/// <param name="Op">The kernel; its values are those of the body.</param>
/// <param name="Items">For each item the kernel's operands, inputs then outputs: numbers, and tensors of one shape
/// [rows, columns] with dense rows.</param>
public sealed record ForEachCommand(ScheduledKernel Op, BufferView[][] Items) : PlanCommand
{
    public override IEnumerable<BufferView> Reads =>
        Items.SelectMany((item, i) => item.Take(Op.Inputs.Count).Where(view => i == 0 || view.Rank > 0));

    public override IEnumerable<BufferView> Writes => Items.SelectMany(item => item.Skip(Op.Inputs.Count));

    public override string Describe =>
        $"kernel of {Quantity.Of(Op.Nodes, "node")} over {Quantity.Of(Items.Sum(item => (long)item[^1].Length), "number")} in "
            + $"{Quantity.Of(Items.Length, "tensor")}";

    public override string Text => $"foreach<{Quantity.Of(Op.Nodes, "node")}> {Quantity.Of(Items.Length, "item")}";
}
