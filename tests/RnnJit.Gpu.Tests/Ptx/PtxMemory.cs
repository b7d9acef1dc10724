namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Ranges of addresses that kernels may use; every other address is an error.</summary>
internal sealed class PtxMemory
{
    // Ranges lie far apart, so that an index out of bounds does not end in another one.
    private const int Distance = 40;

    private readonly List<PtxRange> ranges = [];

    public PtxRange Add(string name, long bytes)
    {
        var range = new PtxRange(name, (ulong)(ranges.Count + 1) << Distance, bytes);
        ranges.Add(range);
        return range;
    }

    /// <exception cref="PtxException">There is no such range.</exception>
    public PtxRange At(ulong address, PtxInstruction instruction)
    {
        ulong index = (address >> Distance) - 1;
        return index < (ulong)ranges.Count ? ranges[(int)index]
            : throw new PtxException($"{instruction} uses the address 0x{address:X}, where no memory is");
    }
}

/// <summary>Who uses memory: a thread of a launch, between two barriers.</summary>
/// <param name="Launch">Number of the launch.</param>
/// <param name="Phase">Barriers that the group of the thread has passed.</param>
internal readonly record struct PtxUser(int Launch, int Group, int Thread, int Phase);
