namespace RnnJit.Plans;

/// <summary>
/// Blocks of memory with lifetimes, by offset. They are structs in an array, which a search goes through for each buffer; lists of structs
/// would be generic code that a start compiles.
/// </summary>
internal sealed class PlacedBlocks
{
    private Block[] blocks = new Block[64];
    private int count;

    /// <summary>The lowest offset at which no block with an overlapping lifetime lies within a number of bytes.</summary>
    public long LowestGap(long bytes, int first, int last)
    {
        long offset = 0;
        for (int i = 0; i < count; i++)
        {
            ref readonly Block block = ref blocks[i];
            if (block.First > last || first > block.Last)
                continue;

            // By offset, so that the first gap that fits is the lowest one.
            if (offset + bytes <= block.Offset)
                break;
            offset = Math.Max(offset, block.End);
        }

        return offset;
    }

    /// <summary>Adds a block behind all that begin at its offset or below.</summary>
    public void Add(long offset, long end, int first, int last)
    {
        if (count == blocks.Length)
        {
            var grown = new Block[2 * count];
            Array.Copy(blocks, grown, count);
            blocks = grown;
        }

        int at = count;
        while (at > 0 && blocks[at - 1].Offset > offset)
            at--;
        Array.Copy(blocks, at, blocks, at + 1, count - at);
        blocks[at] = new Block(offset, end, first, last);
        count++;
    }

    private readonly struct Block(long offset, long end, int first, int last)
    {
        public readonly long Offset = offset, End = end;

        public readonly int First = first, Last = last;
    }
}
