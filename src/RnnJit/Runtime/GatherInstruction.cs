using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Rows of a table by index.</summary>
internal sealed unsafe class GatherInstruction(GatherCommand gather) : Instruction(gather)
{
    private readonly BufferView table = gather.Table;
    private readonly BufferView index = gather.Index;
    private readonly string name = gather.Name;
    private readonly ActiveRows? active = gather.Active;
    private readonly int width = gather.Width;
    private readonly int items = gather.Active is not { } rows ? 1 : gather.Index.Length / Math.Max(rows.Steps * rows.Batch, 1);
    private Address rowsOfTable;
    private Address indices;
    private Address target;
    private Address lengths;

    public override void Resolve(PlanMemory memory)
    {
        rowsOfTable = new Address(table, memory);
        indices = new Address(index, memory);
        target = new Address(gather.Result, memory);
        if (active is not null)
            lengths = new Address(active.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = IndexCheck.Items(share, index);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        long bytes = (long)width * table.ElementSize;
        byte* from = rowsOfTable.At(clock), to = target.At(clock);
        int* which = (int*)indices.At(clock);
        int* length = active is null ? null : (int*)lengths.At(clock);
        for (int r = start; r < end; r++)
        {
            if (length == null || length[r / items % active!.Batch] > r / items / active.Batch)
                Buffer.MemoryCopy(from + (IndexCheck.Row(name, which[r], table.Shape[0]) * bytes), to + (r * bytes), bytes, bytes);
            else if (active.Kind == Planning.PaddingResult.Zero)
                new Span<byte>(to + (r * bytes), (int)bytes).Clear();
        }
    }
}
