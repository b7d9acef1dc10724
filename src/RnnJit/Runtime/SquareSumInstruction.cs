using RnnJit.Cpu;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Sums of squares; workers share the blocks.</summary>
internal sealed unsafe class SquareSumInstruction<T> : Instruction
    where T : unmanaged
{
    private readonly SquareSumCommand command;
    private readonly long[] starts;
    private readonly int blocks;
    private Address[] inputs = [];
    private Address sums;

    public SquareSumInstruction(SquareSumCommand command)
        : base(command)
    {
        this.command = command;
        starts = SquareSumCommand.Places(command.Inputs).Starts;
        blocks = command.Sums.Length;
    }

    public override void Resolve(PlanMemory memory)
    {
        inputs = [.. command.Inputs.Select(input => new Address(input, memory))];
        sums = new Address(command.Sums, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(blocks);
        double* lanes = stackalloc double[FlatReduction.Lanes];
        for (int block = start; block < end; block++)
        {
            new Span<double>(lanes, FlatReduction.Lanes).Clear();
            AddBlock(block * (long)SquareSumCommand.Block, lanes, clock);
            ((double*)sums.At(clock))[block] = FlatReduction.Tree(lanes);
        }
    }

    // The parts of all tensors that lie in the block, each row by row.
    private void AddBlock(long from, double* lanes, in LoopIndices clock)
    {
        int tensor = Array.BinarySearch(starts, from);
        for (tensor = tensor < 0 ? Math.Max(~tensor - 1, 0) : tensor;
            tensor < starts.Length && starts[tensor] < from + SquareSumCommand.Block; tensor++)
        {
            BufferView view = command.Inputs[tensor];
            int columns = view.Rank == 0 ? 1 : view.Shape[^1];
            long stride = view.Rank < 2 ? columns : view.Strides[0];
            long element = Math.Max(from - starts[tensor], 0), last = Math.Min(from + SquareSumCommand.Block - starts[tensor], view.Length);
            for (; element < last; element += Math.Min(columns - (element % columns), last - element))
            {
                int count = (int)Math.Min(columns - (element % columns), last - element);
                T* row = (T*)inputs[tensor].At(clock) + (element / columns * stride) + (element % columns);
                FlatReduction.AddSquares(lanes, row, count, (int)((starts[tensor] + element) % FlatReduction.Lanes));
            }
        }
    }
}
