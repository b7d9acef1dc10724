using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Owner and lifetime of a buffer's memory.</summary>
public enum BufferSpace
{
    /// <summary>A tensor of the caller: an input or a parameter.</summary>
    External,

    /// <summary>Kept from run to run and, with streams, one for all of them: packed weights and constants.</summary>
    Shared,

    /// <summary>Valid within a run, from its first command to its last; shares memory with buffers of other lifetimes.</summary>
    Scratch,
}

/// <summary>A block of memory of a plan, without an address.</summary>
public sealed class PlanBuffer
{
    public PlanBuffer(int id, ElementType element, long elements, BufferSpace space, string name = "", bool isParameter = false)
    {
        (Id, Element, Elements, Space, Name, IsParameter) = (id, element, elements, space, name, isParameter);
    }

    /// <summary>Number within the plan; −1 for a placeholder, which has no memory.</summary>
    public int Id { get; }

    public ElementType Element { get; }

    /// <summary>Elements that views may reach.</summary>
    public long Elements { get; }

    public BufferSpace Space { get; }

    /// <summary>Name of the input; empty where the plan owns the memory.</summary>
    public string Name { get; }

    /// <summary>True for parameters, whose memory changes between runs only and is versioned.</summary>
    public bool IsParameter { get; }

    public bool IsExternal => Space == BufferSpace.External;

    /// <summary>Bytes of an element.</summary>
    public int ElementSize => Element == ElementType.F64 ? sizeof(double) : sizeof(float);

    public long Bytes => Elements * ElementSize;

    public override string ToString() => IsExternal ? Name : $"#{Id}";
}
