namespace RnnJit.Runtime;

/// <summary>Lifetimes to offsets in one arena: blocks that are never alive together share memory; large ones are placed first, each at the lowest gap.</summary>
internal static class ArenaPlan
{
    private const long Alignment = 64;

    /// <returns>Bytes of the arena.</returns>
    public static long Place(IReadOnlyList<Block> blocks, IReadOnlyList<Instruction> instructions, IEnumerable<View> outputs)
    {
        for (int n = 0; n < instructions.Count; n++)
        {
            foreach (View view in instructions[n].Views)
                view.Block.UseAt(n);
        }

        foreach (View output in outputs)
            output.Block.UseAt(int.MaxValue);

        var placed = new List<Block>();
        long total = 0;
        foreach (Block block in blocks.Where(block => block.Last >= 0).OrderByDescending(block => block.Bytes))
        {
            long offset = 0;
            foreach (Block other in placed.Where(other => other.First <= block.Last && block.First <= other.Last).OrderBy(other => other.Offset))
            {
                if (offset + block.Bytes <= other.Offset)
                    break;
                offset = Math.Max(offset, Align(other.Offset + other.Bytes));
            }

            block.Offset = offset;
            placed.Add(block);
            total = Math.Max(total, Align(offset + block.Bytes));
        }

        return total;
    }

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
