using RnnJit.Kernels;
using RnnJit.Plans;

namespace RnnJit.Runtime;

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
