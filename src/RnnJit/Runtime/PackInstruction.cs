using RnnJit.Cpu.Gemm;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Packs a right operand into panels. Weights are packed again only after they changed.</summary>
internal sealed unsafe class PackInstruction<T> : Instruction, IAfterBarrier
    where T : unmanaged
{
    private readonly PackPart[] parts;
    private readonly BufferView target;
    private readonly int n;
    private readonly int k;
    private readonly bool reverse;
    private Tensor?[] weights = [];
    private readonly long[] packedVersions;
    private readonly Address[] addresses;
    private Address to;

    public PackInstruction(PackCommand pack)
        : base(pack)
    {
        (parts, target, n, k, reverse) = (pack.Parts, pack.Target, pack.N, pack.K, pack.Reverse);
        packedVersions = parts.Select(_ => -1L).ToArray();
        addresses = new Address[parts.Length];
    }

    /// <summary>The parameters that are stored in another precision than their own.</summary>
    public IEnumerable<Tensor> Rounded => target.Storage == WeightStorage.Single ? [] : weights.OfType<Tensor>();

    public override void Resolve(PlanMemory memory)
    {
        for (int p = 0; p < parts.Length; p++)
            addresses[p] = new Address(parts[p].View, memory);
        to = new Address(target, memory);
        weights = parts.Select(part => part.View.IsWeight ? memory.TensorOf(part.View.Buffer) : null).ToArray();
    }

    public void Done()
    {
        for (int p = 0; p < parts.Length; p++)
            packedVersions[p] = weights[p]?.Version ?? -1;
    }

    public override void Invalidate() => Array.Fill(packedVersions, -1L);

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (!IsStale())
            return;

        var (start, end) = share.Of(Gemm.Panels<T>(n));
        ushort* stored = (ushort*)to.At(clock);
        var packed = new PackedMatrix<T>((T*)to.At(clock), n, k);
        for (int p = 0; p < parts.Length; p++)
        {
            PackPart part = parts[p];
            T* data = (T*)addresses[p].At(clock) + (reverse ? (part.K - 1) * part.KStride : 0);
            var source = new PackSource<T>(data, (nint)part.NStride, (nint)(reverse ? -part.KStride : part.KStride), part.N, part.K);
            int kOffset = reverse ? k - part.KOffset - part.K : part.KOffset;
            if (target.Storage == WeightStorage.Single)
                Gemm.Pack(source, packed, part.NOffset, kOffset, start, end);
            else
                Gemm.PackStored(source, stored, n, k, part.NOffset, kOffset, start, end, target.Storage, part.View.Buffer.Name);
        }
    }

    public bool IsStale()
    {
        for (int p = 0; p < parts.Length; p++)
        {
            if (weights[p] is not { } weight || weight.Version != packedVersions[p])
                return true;
        }

        return false;
    }
}
