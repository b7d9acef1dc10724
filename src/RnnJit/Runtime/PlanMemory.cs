using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Addresses of a plan's buffers, and the tensors that stand for its inputs.</summary>
internal sealed unsafe class PlanMemory
{
    private readonly Dictionary<PlanBuffer, (nint Data, bool IsRelative)> places = [];
    private readonly Dictionary<PlanBuffer, Tensor> tensors = [];

    /// <summary>Lets a tensor stand for an input.</summary>
    public void Bind(PlanBuffer buffer, Tensor tensor) => tensors[buffer] = tensor;

    /// <summary>Gives buffers their addresses in an arena.</summary>
    public void Place(MemoryPlan plan, byte* arena)
    {
        foreach (var (buffer, place) in plan.Places)
            places[buffer] = ((nint)(arena + place.Offset), false);
    }

    /// <summary>Gives buffers their offsets in memory that the caller brings to each run.</summary>
    public void PlaceRelative(MemoryPlan plan)
    {
        foreach (var (buffer, place) in plan.Places)
            places[buffer] = ((nint)place.Offset, true);
    }

    /// <summary>The tensor that stands for an input; null for other buffers.</summary>
    public Tensor? TensorOf(PlanBuffer buffer) => tensors.GetValueOrDefault(buffer);

    /// <summary>Address of a buffer, or its offset where it is relative; 0 for a placeholder.</summary>
    public byte* Data(PlanBuffer buffer) =>
        tensors.TryGetValue(buffer, out Tensor? tensor) ? (byte*)tensor.Data : (byte*)places.GetValueOrDefault(buffer).Data;

    /// <summary>True where the address is counted from the memory of the caller, see <see cref="LoopIndices.Base"/>.</summary>
    public bool IsRelative(PlanBuffer buffer) => places.GetValueOrDefault(buffer).IsRelative;

    /// <summary>Writes constants.</summary>
    public void Fill(IEnumerable<FillCommand> fills)
    {
        foreach (FillCommand fill in fills)
        {
            for (int i = 0; i < fill.To.Length; i++)
                StridedMemory.Write(
                    Data(fill.To.Buffer) + ((fill.To.Offset + i) * fill.To.ElementSize), fill.To.Buffer.Element, fill.Value);
        }
    }
}
