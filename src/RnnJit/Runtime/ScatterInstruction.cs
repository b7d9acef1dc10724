using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Adds rows into a table by index, in ascending order of the rows and each worker for its own columns, so that the result
/// does not depend on threads.</summary>
internal sealed unsafe class ScatterInstruction<T>(ScatterCommand scatter) : Instruction(scatter)
    where T : unmanaged, System.Numerics.INumber<T>
{
    private const int Unit = 16;

    private readonly BufferView index = scatter.Index;
    private readonly int size = scatter.Table.Shape[0];
    private readonly string name = scatter.Name;
    private readonly bool adds = scatter.Adds;
    private readonly ActiveRows? active = scatter.Active;
    private readonly int width = scatter.Width;
    private Address indices;
    private Address rows;
    private Address target;
    private Address lengths;

    public override void Resolve(PlanMemory memory)
    {
        indices = new Address(index, memory);
        rows = new Address(scatter.Input, memory);
        target = new Address(scatter.Table, memory);
        if (active is not null)
            lengths = new Address(active.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(width, Unit);
        int* which = (int*)indices.At(clock);
        T* from = (T*)rows.At(clock), to = (T*)target.At(clock);
        for (int r = 0; r < size && !adds; r++)
            new Span<T>(to + ((long)r * width) + start, end - start).Clear();
        var (first, last) = IndexCheck.Items(share, index);
        int* length = active is null ? null : (int*)lengths.At(clock);
        for (int r = first; r < last; r++)
        {
            if (length != null && length[r % active!.Batch] <= r / active.Batch)
                continue;
            T* row = to + (IndexCheck.Row(name, which[r], size) * width), add = from + ((long)r * width);
            for (int c = start; c < end; c++)
                row[c] += add[c];
        }
    }
}
