using RnnJit.Gpu.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>A loop over time, its launches step by step.</summary>
/// <param name="move">Moves operands of loops that stand two and more deep in this one; null where there are none.</param>
internal sealed class ScanOperation(int steps, bool reverse, ChunkOperation[] ahead, DeviceOperation[] body, LaunchOperation? move)
    : DeviceOperation
{
    public override IEnumerable<DeviceOperation> Inner => move is null ? [.. ahead, .. body] : [.. ahead, .. body, move];

    public override void Run(DeviceMemory memory, in LoopIndices clock)
    {
        memory.Loops.Add((TableKernels.Outside, TableKernels.Outside));
        try
        {
            RunSteps(memory, clock);
        }
        finally
        {
            // Wherever the loop ended, the next run finds the table as it was.
            MoveTo(memory, TableKernels.Outside, TableKernels.Outside);
            memory.Loops.RemoveAt(memory.Loops.Count - 1);
        }
    }

    private void MoveTo(DeviceMemory memory, int t, int i)
    {
        var (lastT, lastI) = memory.Loops[^1];
        move?.Run(memory, new LoopIndices(t, i, lastT, lastI));
        memory.Loops[^1] = (t, i);
    }

    private void RunSteps(DeviceMemory memory, in LoopIndices clock)
    {
        for (int i = 0; i < steps; i++)
        {
            int t = reverse ? steps - 1 - i : i;
            MoveTo(memory, t, i);
            foreach (ChunkOperation chunk in ahead)
                chunk.Begin(memory, t, i, reverse);
            LoopIndices inside = clock.Inside(t, i);
            memory.Steps++;
            foreach (DeviceOperation operation in body)
                operation.RunLine(memory, inside);
        }
    }
}
