using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Fills buffers with NaN at the start of their lifetime, so that a read of unwritten memory shows in the results.</summary>
internal sealed unsafe class PoisonInstruction(PlanBuffer[] buffers) : Instruction(null)
{
    /// <summary>All bits, which is NaN in both precisions and −1 as an integer.</summary>
    public const byte Fill = 0xFF;

    private nint[] data = [];

    /// <summary>Puts one before each instruction with which buffers begin. Constants and packed weights, which stay from
    /// run to run, are left alone.</summary>
    public static IEnumerable<Instruction> Before(IEnumerable<Instruction> instructions, MemoryPlan memory)
    {
        int n = 0;
        foreach (Instruction instruction in instructions)
        {
            PlanBuffer[] beginning =
                [.. memory.Places.Where(one => one.Value.First == n && !(n == 0 && one.Value.Last == int.MaxValue)).Select(one => one.Key)];
            if (beginning.Length > 0)
                yield return new PoisonInstruction(beginning);
            yield return instruction;
            n++;
        }
    }

    public override string Describe => $"fill {buffers.Length} blocks with NaN";

    public override void Resolve(PlanMemory memory) => data = [.. buffers.Select(buffer => (nint)memory.Data(buffer))];

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        for (int b = 0; share.Part == 0 && b < buffers.Length; b++)
            new Span<byte>((void*)data[b], checked((int)buffers[b].Bytes)).Fill(Fill);
    }
}
