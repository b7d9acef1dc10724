namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Which warps go first.</summary>
public enum PtxOrder
{
    Ascending,
    Descending,

    /// <summary>Another order at each barrier and in each launch, from a seed.</summary>
    Random,
}

/// <summary>A launch of groups in one dimension.</summary>
/// <param name="Number">Differs from launch to launch on the same memory.</param>
/// <param name="Parameters">The bytes of the kernel's parameters, laid out as PTX says.</param>
internal sealed record PtxLaunch(PtxMemory Memory, int Number, int Groups, int Threads, byte[] Parameters,
    PtxOrder Order = PtxOrder.Ascending)
{
    public static PtxLaunch None { get; } = new(new PtxMemory(), 0, 0, 0, []);

    public ulong Parameter(long offset, int size) => size == sizeof(ulong) ? BitConverter.ToUInt64(Parameters, (int)offset)
        : BitConverter.ToUInt32(Parameters, (int)offset);
}

/// <summary>
/// Executes a kernel's PTX on this processor: decoded once, then launched any number of times. Groups run one after the other, warps of a
/// group take turns at barriers. Whatever PTX leaves undefined ends in a <see cref="PtxException"/>.
/// </summary>
internal sealed class PtxMachine
{
    private const int MostThreads = 1024;

    private readonly PtxText text;
    private readonly Dictionary<string, PtxCode> codes = [];
    private readonly List<PtxWarp> warps = [];

    public PtxMachine(string ptx)
    {
        text = PtxReader.Read(ptx);

        // Functions that nobody calls are decoded too: an unknown instruction is seen there as well.
        foreach (string name in text.Functions.Keys)
            CodeOf(name);
        Entry = CodeOf(text.Entry.Name);
    }

    public PtxCode Entry { get; }

    /// <summary>Shared memory of the group that runs.</summary>
    public PtxRange? Shared { get; private set; }

    /// <exception cref="PtxException">The kernel does what PTX leaves undefined.</exception>
    public void Launch(PtxLaunch launch)
    {
        if (launch.Threads is < 1 or > MostThreads)
            throw new PtxException($"A group has {launch.Threads} threads, wanted 1 to {MostThreads}");
        int count = (launch.Threads + PtxFrame.Lanes - 1) / PtxFrame.Lanes;
        while (warps.Count < count)
            warps.Add(new PtxWarp(this, warps.Count));
        var random = new Random(launch.Number);
        foreach (int group in Ordered(launch.Groups, launch.Order, random))
            Run(launch, group, count, random);
    }

    private void Run(PtxLaunch launch, int group, int count, Random random)
    {
        Shared = Entry.SharedBytes == 0 ? null : new PtxRange("shared", 0, Entry.SharedBytes);
        PtxWarp[] all = [.. warps.Take(count)];
        foreach (PtxWarp warp in all)
            warp.Begin(launch, group);
        while (all.Any(warp => !warp.IsDone))
        {
            foreach (int w in Ordered(count, launch.Order, random))
                all[w].Advance();
            Meet(all);
        }
    }

    // All threads of a group have to come to the same barrier.
    private static void Meet(PtxWarp[] all)
    {
        PtxInstruction? barrier = all.Select(warp => warp.Barrier).FirstOrDefault(one => one is not null);
        if (barrier is null)
            return;
        if (all.Any(warp => warp.Barrier is null))
            throw new PtxException($"{barrier} waits for threads that are done");
        if (all.FirstOrDefault(warp => warp.Barrier != barrier) is { } other)
            throw new PtxException($"{barrier} waits for threads that wait elsewhere, {other.Barrier}");

        foreach (PtxWarp warp in all)
            warp.PassBarrier();
    }

    private static int[] Ordered(int count, PtxOrder order, Random random)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        if (order == PtxOrder.Descending)
            Array.Reverse(all);
        else if (order == PtxOrder.Random)
            random.Shuffle(all);
        return all;
    }

    private PtxCode CodeOf(string name)
    {
        if (codes.TryGetValue(name, out PtxCode? code))
            return code;
        if (!text.Functions.TryGetValue(name, out PtxFunction? function))
            throw new PtxException($"The function '{name}' is not there");
        codes[name] = code = new PtxCode(function);
        PtxDecoder.Decode(code, CodeOf);
        return code;
    }
}
