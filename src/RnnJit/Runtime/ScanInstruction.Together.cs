using RnnJit.Cpu;

namespace RnnJit.Runtime;

internal sealed unsafe partial class ScanInstruction
{
    // Hidden-parallel: every instruction of every step is a phase.
    private void RunUnits(ref TeamThread thread, in LoopIndices clock)
    {
        for (int i = 0; i < steps; i++)
        {
            LoopIndices inside = Inside(clock, i);
            if (BeginsTile(inside))
            {
                while (thread.Take(out int part))
                {
                    Watch(thread, part);
                    Fill(new WorkShare(part, thread.Shares, -1, -1), inside);
                }

                timer?.Meet(thread, line + 1);
            }

            if (lengths is not null)
            {
                StepTogether(ref thread, inside);
                continue;
            }

            foreach (Instruction instruction in sequence)
                instruction.Run(ref thread, inside);
        }
    }

    // Rows read other rows' results of an earlier step, so all workers share each instruction and meet at a barrier after it.
    private void StepTogether(ref TeamThread thread, in LoopIndices clock)
    {
        foreach (Instruction instruction in sequence)
        {
            if (instruction is MarkInstruction)
            {
                instruction.Run(ref thread, clock);
                continue;
            }

            while (thread.Take(out int part))
                ExecuteActiveRows(instruction, new WorkShare(part, thread.Shares, -1, -1), clock);
        }

        // A row that rested now may be read by anybody in the next step.
        while (thread.Take(out int part))
            RestOf(new WorkShare(part, thread.Shares, -1, -1), clock);
        timer?.Meet(thread, line);
    }

    private void ExecuteActiveRows(Instruction instruction, in WorkShare share, in LoopIndices clock)
    {
        for (int row = 0; row < batch;)
        {
            int run = RunEnd(row, batch, clock, out bool active);
            if (active)
                instruction.Execute(new WorkShare(share.Part, share.Parts, row, run), clock);
            row = run;
        }
    }

    private void RestOf(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(batch);
        for (int row = start; row < end;)
        {
            int run = RunEnd(row, end, clock, out bool active);
            if (!active)
                FreezeRows(new WorkShare(0, 1, row, run), clock);
            row = run;
        }
    }

    // No share has more rows than the last one.
    private void Watch(in TeamThread thread, int part)
    {
        if (part == thread.Shares - 1)
            timer?.Watch();
    }
}
