using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Plans;
using RnnJit.Randomness;

namespace RnnJit.Runtime;

/// <summary>Draws a mask or noise; workers share its rows.</summary>
internal sealed unsafe class RandomMaskInstruction(RandomMaskCommand command) : Instruction(command)
{
    private const int Piece = 1024;

    private readonly BufferView mask = command.Mask;
    private readonly int batchAxis = command.Op.BatchAxis;
    private Address words;
    private Address target;

    public override void Resolve(PlanMemory memory) => (words, target) = (new Address(command.Words, memory), new Address(mask, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        int* word = (int*)words.At(clock);
        var numbers = new MaskCounter(MaskCounter.Join(word[0], word[1]), MaskCounter.Join(word[2], word[3]), word[4], word[5],
            command.Op.Site, mask.Shape, batchAxis);
        var (start, end) = share.Of(mask.Length / numbers.Units);
        MaskLaw law = command.Op.Law;
        float* row = stackalloc float[Piece];
        for (int r = start; r < end; r++)
        {
            for (int unit = 0; unit < numbers.Units; unit += Piece)
            {
                int count = Math.Min(Piece, numbers.Units - unit);
                var piece = new Span<float>(row, count);
                if (law.IsUniform)
                    Philox.FillUniform(piece, numbers.Key, numbers.Row(r), numbers.FirstUnit + (ulong)unit);
                else
                    Philox.FillBernoulliMask(piece, 1 - law.Rate, numbers.Key, numbers.Row(r), numbers.FirstUnit + (ulong)unit);
                Store(target.At(clock), ((long)r * numbers.Units) + unit, row, count, law);
            }
        }
    }

    private void Store(byte* to, long first, float* row, int count, MaskLaw law)
    {
        for (int i = 0; i < count; i++)
        {
            double number = law.IsUniform ? row[i] : row[i] == 0 ? law.Drawn : law.Other;
            if (mask.Buffer.Element == ElementType.F64)
                ((double*)to)[first + i] = number;
            else
                ((float*)to)[first + i] = (float)number;
        }
    }
}

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

/// <summary>Norm, clipping factor and finiteness.</summary>
internal sealed unsafe class GradientNormInstruction(GradientNormCommand command) : Instruction(command)
{
    private Address loss;
    private Address sums;
    private Address norm;
    private Address factor;
    private Address finite;

    public override void Resolve(PlanMemory memory)
    {
        (loss, sums) = (new Address(command.Loss, memory), new Address(command.Sums, memory));
        (norm, factor,
            finite) = (new Address(command.Norm, memory), new Address(command.Factor, memory), new Address(command.Finite, memory));
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part != 0)
            return;
        double squares = 0;
        for (int block = 0; block < command.Sums.Length; block++)
            squares += ((double*)sums.At(clock))[block];
        ElementType real = command.Loss.Buffer.Element;
        var found = command.Op.Of(StridedMemory.Read(loss.At(clock), real), squares);
        StridedMemory.Write(norm.At(clock), real, found.Norm);
        StridedMemory.Write(factor.At(clock), real, found.Factor);
        StridedMemory.Write(finite.At(clock), real, found.Finite);
    }
}

/// <summary>A kernel over all items; workers share the elements of all of them.</summary>
internal sealed unsafe class ForEachInstruction : Instruction
{
    private const int Unit = 64;

    private readonly ForEachCommand command;
    private readonly KernelBody body;
    private readonly string provider;
    private readonly long[] starts;
    private readonly long total;
    private Address[][] addresses = [];

    public ForEachInstruction(ForEachCommand command, KernelBody body, string provider)
        : base(command)
    {
        (this.command, this.body, this.provider) = (command, body, provider);
        starts = new long[command.Items.Length];
        for (int item = 0; item < starts.Length; item++)
        {
            starts[item] = total;
            total += command.Items[item][^1].Length;
        }
    }

    public override string Provider => provider;

    public override string Describe => $"{base.Describe} ({provider})";

    public override void Resolve(PlanMemory memory) =>
        addresses = [.. command.Items.Select(item => item.Select(view => new Address(view, memory)).ToArray())];

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        long start = total * share.Part / share.Parts, end = total * (share.Part + 1) / share.Parts;
        for (int item = 0; item < starts.Length; item++)
        {
            BufferView written = command.Items[item][^1];
            long first = Math.Clamp(start - starts[item], 0, written.Length), last = Math.Clamp(end - starts[item], 0, written.Length);
            if (first < last || (written.Length == 0 && share.Part == 0))
                Run(item, Cut(first, written.Length), Cut(last, written.Length), clock);
        }
    }

    // Two workers meet at a whole number of cache lines.
    private static long Cut(long element, long length) => element == length ? length : element / Unit * Unit;

    private void Run(int item, long first, long last, in LoopIndices clock)
    {
        BufferView[] views = command.Items[item];
        int columns = views[^1].Rank == 0 ? 1 : views[^1].Shape[^1];
        while (first < last)
        {
            int row = (int)(first / columns), start = (int)(first % columns), end = (int)Math.Min(columns, start + (last - first));
            int rows = start == 0 && end == columns ? (int)((last - first) / columns) : 1;
            Call(item, row, rows, columns, start, end, clock);
            first += rows * (long)(end - start);
        }
    }

    private void Call(int item, int row, int rows, int columns, int start, int end, in LoopIndices clock)
    {
        BufferView[] views = command.Items[item];
        KernelOperand* operands = stackalloc KernelOperand[views.Length];
        for (int i = 0; i < views.Length; i++)
        {
            long stride = views[i].Rank == 2 ? views[i].Strides[0] : 0;
            operands[i] = new KernelOperand(addresses[item][i].At(clock) + (row * stride * views[i].ElementSize), (nint)stride);
        }

        body(new KernelCall(new ReadOnlySpan<KernelOperand>(operands, views.Length), rows, columns, start, end));
    }
}
