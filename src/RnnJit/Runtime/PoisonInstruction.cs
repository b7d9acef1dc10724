namespace RnnJit.Runtime;

/// <summary>Fills blocks with NaN where their life begins, so that whoever reads what nobody wrote shows it.</summary>
internal sealed unsafe class PoisonInstruction(Block[] blocks) : Instruction
{
    /// <summary>All bits, which is NaN in both precisions and −1 as an integer.</summary>
    public const byte Fill = 0xFF;

    /// <summary>Puts one before each instruction with which blocks begin. Constants and packed weights, which stay from run to run, are left alone.</summary>
    public static IEnumerable<Instruction> Before(IEnumerable<Instruction> instructions, IReadOnlyCollection<Block> blocks)
    {
        int n = 0;
        foreach (Instruction instruction in instructions)
        {
            Block[] beginning = blocks.Where(block => block.First == n && !(n == 0 && block.Last == int.MaxValue)).ToArray();
            if (beginning.Length > 0)
                yield return new PoisonInstruction(beginning);
            yield return instruction;
            n++;
        }
    }

    public override IEnumerable<View> Views => [];

    public override string Describe => $"fill {blocks.Length} blocks with NaN";

    public override void Resolve()
    {
    }

    public override void Execute(in Share share, in Clock clock)
    {
        foreach (Block block in share.Part == 0 ? blocks : [])
            new Span<byte>(block.Data, checked((int)block.Bytes)).Fill(Fill);
    }
}
