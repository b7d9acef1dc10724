using RnnJit.Cpu.Gemm;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>A part of a matrix that is packed: element (n, k) with strides, and where it comes to lie.</summary>
internal sealed record PackPart(View View, long NStride, long KStride, int N, int K, int NOffset, int KOffset);

/// <summary>Packs a right operand into panels. Weights are packed again only after they changed.</summary>
internal sealed unsafe class PackInstruction<T> : Instruction, IAfterBarrier
    where T : unmanaged
{
    private readonly PackPart[] parts;
    private readonly View target;
    private readonly int n;
    private readonly int k;
    private readonly bool reverse;
    private readonly Tensor?[] weights;
    private readonly long[] packedVersions;
    private readonly Address[] addresses;
    private Address to;

    public PackInstruction(PackPart[] parts, View target, int n, int k, bool reverse)
    {
        this.parts = parts;
        this.target = target;
        this.n = n;
        this.k = k;
        this.reverse = reverse;
        weights = parts.Select(part => part.View.IsWeight ? part.View.Block.External : null).ToArray();
        packedVersions = parts.Select(_ => -1L).ToArray();
        addresses = new Address[parts.Length];
    }

    /// <summary>The parameters that are stored in another precision than their own.</summary>
    public IEnumerable<Tensor> Rounded => target.Storage == WeightStorage.Single ? [] : weights.OfType<Tensor>();

    public bool IsWeight => weights.All(weight => weight is not null);

    public override IEnumerable<View> Views => parts.Select(part => part.View).Append(target);

    public override IEnumerable<View> Reached =>
        parts.Select(part => part.View.Over([(part.N, part.NStride), (part.K, part.KStride)])).Append(target.Over([(Length(n, k, target.Storage), 1)]));

    /// <summary>Elements of the memory of a packed matrix.</summary>
    /// <exception cref="GraphException">RNNJ161: there are more than an int counts.</exception>
    public static int Length(int n, int k, WeightStorage storage)
    {
        long elements = (Gemm.PackedBytes<T>(n, k, storage) + sizeof(T) - 1) / sizeof(T);
        return elements <= int.MaxValue
            ? (int)elements
            : throw new GraphException("RNNJ161", $"A matrix of {k} × {n} has more than {int.MaxValue} elements when it is packed in panels (make it smaller)");
    }

    public override string Describe => $"pack {n} × {k} from {parts.Length} {(IsWeight ? "weights, when they changed" : "values")}{(target.Storage == WeightStorage.Single ? "" : $", as {target.Storage}")}";

    public override void Resolve()
    {
        for (int p = 0; p < parts.Length; p++)
            addresses[p] = new Address(parts[p].View);
        to = new Address(target);
    }

    public void Done()
    {
        for (int p = 0; p < parts.Length; p++)
            packedVersions[p] = weights[p]?.Version ?? -1;
    }

    public override void Execute(in Share share, in Clock clock)
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
                Gemm.PackStored(source, stored, n, k, part.NOffset, kOffset, start, end, target.Storage, part.View.Block.Name);
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
