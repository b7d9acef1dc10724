namespace RnnJit.Plans;

/// <summary>Memory and lifetime of a buffer within a run.</summary>
/// <param name="Offset">Bytes from the beginning of the arena.</param>
/// <param name="First">First command that uses the buffer.</param>
/// <param name="Last">Last command that uses it; int.MaxValue keeps it beyond the run.</param>
public readonly record struct PlacedBuffer(long Offset, int First, int Last);

/// <summary>
/// Offsets of buffers in one arena: buffers whose lifetimes do not meet share memory. Large ones are placed first, each at the lowest gap.
/// </summary>
/// <param name="Bytes">Bytes of the arena.</param>
public sealed record MemoryPlan(long Bytes, IReadOnlyDictionary<PlanBuffer, PlacedBuffer> Places)
{
    private const long Alignment = 64;

    /// <summary>Places all buffers of a plan that commands or the caller read.</summary>
    public static MemoryPlan Of(Plan plan) => Place(plan.Buffers.Where(buffer => !buffer.IsExternal), plan.Commands, plan.Outputs);

    /// <param name="buffers">Buffers to place; those that nothing uses get no memory.</param>
    /// <param name="kept">Views whose buffers are read after the last command.</param>
    /// <param name="always">Buffers that live from the first command on and beyond the last; shared buffers do in any case.</param>
    public static MemoryPlan Place(IEnumerable<PlanBuffer> buffers, IReadOnlyList<PlanCommand> commands, IEnumerable<BufferView> kept,
        IReadOnlyCollection<PlanBuffer>? always = null)
    {
        var lives = new Dictionary<PlanBuffer, Life>();
        for (int n = 0; n < commands.Count; n++)
        {
            foreach (BufferView view in commands[n].Views)
                Use(lives, view.Buffer, n);
        }

        foreach (BufferView view in kept)
            Use(lives, view.Buffer, int.MaxValue);

        var blocks = new PlacedBlocks();
        var places = new Dictionary<PlanBuffer, PlacedBuffer>();
        long total = 0;
        foreach (PlanBuffer buffer in buffers.OrderByDescending(buffer => buffer.Bytes))
        {
            if (buffer.Space == BufferSpace.Shared || always?.Contains(buffer) == true)
                lives[buffer] = new Life(0, int.MaxValue);
            if (!lives.TryGetValue(buffer, out Life? life))
                continue;
            long offset = blocks.LowestGap(buffer.Bytes, life.First, life.Last);
            blocks.Add(offset, Align(offset + buffer.Bytes), life.First, life.Last);
            places.Add(buffer, new PlacedBuffer(offset, life.First, life.Last));
            total = Math.Max(total, Align(offset + buffer.Bytes));
        }

        return new MemoryPlan(total, places);
    }

    private static void Use(Dictionary<PlanBuffer, Life> lives, PlanBuffer buffer, int command) =>
        lives[buffer] = lives.TryGetValue(buffer, out Life? life)
            ? new Life(Math.Min(life.First, command), Math.Max(life.Last, command))
            : new Life(command, command);

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private sealed record Life(int First, int Last);
}
