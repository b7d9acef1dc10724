using RnnJit.Cpu;
using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>The division of a loop over time among its workers.</summary>
public enum ScanSchedule
{
    /// <summary>Each worker runs all steps for its rows; nobody waits.</summary>
    BatchParallel,

    /// <summary>Each worker keeps its share of units; all meet after each instruction of a step.</summary>
    HiddenParallel,
}

/// <summary>The loop over time.</summary>
internal sealed unsafe partial class ScanInstruction : Instruction
{
    private readonly ScanCommand command;
    private readonly ScanOp scan;
    private readonly int steps;
    private readonly int batch;
    private readonly Instruction[] body;
    private Instruction[] sequence;
    private readonly BufferView? lengths;
    private readonly CopyInstruction[] freeze;
    private readonly BufferView[] yields;
    private Address[] yieldAddresses = [];
    private Address lengthAddress;
    private ScheduleCost cost;
    private ScanSchedule planned;
    private PlanTimer? timer;
    private int line;

    public ScanInstruction(ScanCommand command, Instruction[] body, CopyInstruction[] freeze, MatMulChunks[] chunked)
        : base(command)
    {
        (this.command, this.body, this.freeze, Chunked) = (command, body, freeze, chunked);
        (scan, steps, batch, lengths, yields) = (command.Scan, command.Steps, command.Batch, command.Lengths, command.Yields);
        sequence = body;
        IsRowIndependent = command.IsRowIndependent;
    }

    public WorkerPool? Pool { get; private set; }

    /// <summary>Chooses how this loop and those inside it use the workers.</summary>
    /// <param name="forced">A schedule in place of the one that is estimated to be faster; null to choose.</param>
    public void Schedule(WorkerPool? pool, ScanSchedule? forced)
    {
        (Pool, Forced) = (pool, forced);
        cost = ScheduleCost.Of(body, batch, pool?.Shares ?? 1, pool?.Threads ?? 1);
        planned = cost.BatchParallel <= cost.HiddenParallel ? ScanSchedule.BatchParallel : ScanSchedule.HiddenParallel;
        foreach (ScanInstruction inner in body.OfType<ScanInstruction>())
            inner.Schedule(pool, forced);
    }

    /// <summary>Proven: no row of the batch reads another one's.</summary>
    public bool IsRowIndependent { get; }

    /// <summary>A schedule in place of the one that is chosen, for loops inside too; null to choose. A loop that can run in
    /// one way only stays with it.</summary>
    public ScanSchedule? Forced
    {
        get;
        set
        {
            field = value;
            foreach (ScanInstruction inner in body.OfType<ScanInstruction>())
                inner.Forced = value;
        }
    }

    /// <summary>Products that are computed some steps ahead.</summary>
    public IReadOnlyList<MatMulChunks> Chunked { get; }

    public int Steps => steps;

    public bool HasLengths => lengths is not null;

    public IReadOnlyList<Instruction> Body => body;

    /// <summary>Notes when each chunk and each instruction of a step ends.</summary>
    /// <param name="line">In: the plan line after the loop's own; out: the line after its last.</param>
    public void MarkEnds(PlanTimer timer, ref int line)
    {
        this.timer = timer;
        this.line = line - 1;
        line += Chunked.Count;
        sequence = MarkInstruction.After(body, timer, ref line);
    }

    /// <summary>Views that the loop itself reads and writes at each of its steps.</summary>
    public IEnumerable<BufferView> OwnViews => command.OwnViews;

    public override string Describe => $"{command.Describe}, {Reason(Pool?.Shares ?? 1)}";

    public ScanSchedule Schedule(int workers) => Only ?? Forced ?? (workers == 1 ? ScanSchedule.BatchParallel : planned);

    // Rows that read each other want everybody at each instruction; lengths give rows to workers.
    private ScanSchedule? Only => !IsRowIndependent ? ScanSchedule.HiddenParallel : lengths is not null ? ScanSchedule.BatchParallel : null;

    private string Reason(int workers)
    {
        string name = Name(Schedule(workers));
        if (Only is { } only)
        {
            string refused = Forced is { } wanted && wanted != only ? $", not {Name(wanted)} as asked for" : "";
            string why = !IsRowIndependent
                ? "rows of the batch read each other"
                : "each worker has rows with about as many steps together as every other one's";
            return IsRowIndependent && workers == 1 && refused.Length == 0 ? name : $"{name}{refused} ({why})";
        }

        if (Forced is not null)
            return name + " (as asked for)";
        if (workers == 1)
            return name;

        return string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{name} (estimated microseconds a step: batch-parallel {cost.BatchParallel:0.0}, hidden-parallel {cost.HiddenParallel:0.0})");
    }

    private static string Name(ScanSchedule schedule) => schedule == ScanSchedule.BatchParallel ? "batch-parallel" : "hidden-parallel";

    public override void Resolve(PlanMemory memory)
    {
        foreach (Instruction instruction in body)
            instruction.Resolve(memory);
        foreach (CopyInstruction copy in freeze)
            copy.Resolve(memory);
        foreach (MatMulChunks product in Chunked)
            product.Resolve(memory);
        yieldAddresses = yields.Select(view => new Address(view, memory)).ToArray();
        if (lengths is not null)
            lengthAddress = new Address(lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (Schedule(share.Parts) == ScanSchedule.BatchParallel)
        {
            RunRows(share, clock);
            return;
        }

        // Shares that meet after each instruction are run by Run; here there is only one.
        var alone = new TeamThread(1);
        RunUnits(ref alone, clock);
    }

    public override void Run(ref TeamThread thread, in LoopIndices clock)
    {
        if (Schedule(thread.Shares) == ScanSchedule.HiddenParallel)
        {
            RunUnits(ref thread, clock);
            return;
        }

        while (thread.Take(out int part))
        {
            Watch(thread, part);
            RunRows(new WorkShare(part, thread.Shares, -1, -1), clock);
        }
    }

    private LoopIndices Inside(in LoopIndices clock, int i) => clock.Inside(scan.Reverse ? steps - 1 - i : i, i);

    private void RunRows(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = lengths is null ? share.Of(batch) : ShareOf(share, (int*)lengthAddress.At(Inside(clock, 0)));
        if (start >= end && batch > 0)
            return;

        for (int i = 0; i < steps; i++)
        {
            Fill(new WorkShare(0, 1, start, end), Inside(clock, i));
            if (lengths is null)
                RunStep(new WorkShare(0, 1, start, end), Inside(clock, i));
            else
                RunActiveRows(start, end, Inside(clock, i));
        }
    }

    // Neighbouring rows that have about as many steps together as those of every other worker.
    private (int Start, int End) ShareOf(in WorkShare share, int* length)
    {
        long total = 0;
        for (int row = 0; row < batch; row++)
            total += length[row];

        return (Border(length, total, share.Part, share.Parts), Border(length, total, share.Part + 1, share.Parts));
    }

    // The row before which the steps are nearest to that part of all: the first one whose middle is past it.
    private int Border(int* length, long total, int part, int parts)
    {
        if (part == parts)
            return batch;
        long before = 0;
        for (int row = 0; row < batch; row++)
        {
            if (((2 * before) + length[row]) * parts >= 2 * total * part)
                return row;
            before += length[row];
        }

        return batch;
    }

    // All chunks of all workers begin at the same steps.
    private bool BeginsTile(in LoopIndices clock)
    {
        for (int n = 0; n < Chunked.Count; n++)
        {
            if (Chunked[n].Begins(clock.T, clock.I, scan.Reverse))
                return true;
        }

        return false;
    }

    private void Fill(in WorkShare share, in LoopIndices clock)
    {
        for (int n = 0; n < Chunked.Count; n++)
        {
            if (!Chunked[n].Begins(clock.T, clock.I, scan.Reverse))
                continue;
            Chunked[n].Fill(share, clock.T, lengths is null ? null : (int*)lengthAddress.At(clock));
            timer?.Mark(line + 1 + n);
        }
    }

    private void RunStep(in WorkShare share, in LoopIndices clock)
    {
        foreach (Instruction instruction in sequence)
            instruction.Execute(share, clock);
    }

    // Runs of rows that are still going take the step; the others are frozen: their states stay, they yield 0.
    private void RunActiveRows(int start, int end, in LoopIndices clock)
    {
        for (int row = start; row < end;)
        {
            int run = RunEnd(row, end, clock, out bool active);
            var rows = new WorkShare(0, 1, row, run);
            if (active)
                RunStep(rows, clock);
            else
                FreezeRows(rows, clock);
            row = run;
        }
    }

    // The end of the rows from this one on that are alike: all still going, or none.
    private int RunEnd(int row, int end, in LoopIndices clock, out bool active)
    {
        int* length = (int*)lengthAddress.At(clock);
        active = clock.T < length[row];
        int run = row;
        while (run < end && clock.T < length[run] == active)
            run++;
        return run;
    }

    private void FreezeRows(in WorkShare rows, in LoopIndices clock)
    {
        CopyFrozen(rows, clock);
        for (int y = 0; y < yields.Length; y++)
        {
            BufferView view = yields[y];
            byte* data = yieldAddresses[y].At(clock);
            for (int row = rows.RowStart; row < rows.RowEnd; row++)
                StridedMemory.Clear(data + (row * view.Strides[0] * view.ElementSize), view.Strides, view.Shape, view.ElementSize, 1);
        }

        timer?.Mark(line);
    }

    // States are double-buffered. A frozen row is copied to the other half once: at the first step of the
    // loop, or at the step at which it ends.
    private void CopyFrozen(in WorkShare rows, in LoopIndices clock)
    {
        int* length = (int*)lengthAddress.At(clock);
        for (int row = rows.RowStart; row < rows.RowEnd; row++)
        {
            if (clock.I > 0 && length[row] != clock.T)
                continue;
            foreach (CopyInstruction copy in freeze)
                copy.Execute(new WorkShare(0, 1, row, row + 1), clock);
        }
    }
}
