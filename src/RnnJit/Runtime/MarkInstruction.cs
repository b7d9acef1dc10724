using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>Notes that the instruction before it has ended: on all workers where they meet after it, else on the one that is
/// watched.</summary>
internal sealed class MarkInstruction(PlanTimer timer, int line) : Instruction(null)
{
    /// <summary>Inserts a timer after each instruction, inside loops too.</summary>
    /// <param name="line">In: plan line of the first instruction; out: the line after the last.</param>
    public static Instruction[] After(IReadOnlyList<Instruction> instructions, PlanTimer timer, ref int line)
    {
        var marked = new Instruction[2 * instructions.Count];
        for (int i = 0; i < instructions.Count; i++)
        {
            (marked[2 * i], marked[(2 * i) + 1]) = (instructions[i], new MarkInstruction(timer, line++));
            (instructions[i] as ScanInstruction)?.MarkEnds(timer, ref line);
        }

        return marked;
    }

    public override string Describe => "note the time";

    public override void Resolve(PlanMemory memory)
    {
    }

    public override void Execute(in WorkShare share, in LoopIndices clock) => timer.Mark(line);

    public override void Run(ref TeamThread thread, in LoopIndices clock) => timer.Meet(thread, line);
}
