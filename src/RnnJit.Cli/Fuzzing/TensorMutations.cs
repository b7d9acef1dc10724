using System.Runtime.InteropServices;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Tensors of another name, type, shape or content than the model wants.</summary>
internal static class TensorMutations
{
    private static readonly string[] Dtypes = ["BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "I16",
        "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64"];

    private static readonly float[] NotFinite = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    private static readonly float[] Large = [float.MaxValue, -float.MaxValue, float.Epsilon, 1e20f, -1e20f, -0f];

    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfFile("tensor.dtype-same-size", (file, random) => random.One(file.Tensors).Dtype = random.One(["I32", "U32", "F32"])),
        Mutation.OfFile("tensor.dtype-any", (file, random) => random.One(file.Tensors).Dtype = random.One(Dtypes)),
        Mutation.OfFile("tensor.dtype-unknown", (file, random) => random.One(file.Tensors).Dtype = random.Word()),
        Mutation.OfFile("tensor.dtype-with-bytes", (file, random) => Retype(random.One(file.Tensors), random.One(Dtypes))),
        Mutation.OfFile("tensor.half", (file, random) => Halve(file.Tensors, random)),
        Mutation.OfFile("tensor.shape-order", (file, random) => random.Shuffle<long>(random.One(file.Tensors).Shape)),
        Mutation.OfFile("tensor.shape-rank", (file, random) => Rank(random.One(file.Tensors), random)),
        Mutation.OfFile("tensor.shape-zero", (file, random) => Empty(random.One(file.Tensors))),
        Mutation.OfFile("tensor.shape-number",
            (file, random) => random.One(file.Tensors).Shape = [.. Enumerable.Range(0, random.NextInt32(4)).Select(_ => random.Extreme())]),
        Mutation.OfFile("tensor.shape-overflow", (file, random) => random.One(file.Tensors).Shape = random.One<long[]>(
            [[1L << 32, 1L << 32], [1L << 31, 1L << 31, 2], [long.MaxValue, 2], [1L << 62, 4], [0, long.MaxValue, long.MaxValue]])),
        Mutation.OfFile("tensor.shape-ranks",
            (file, random) => random.One(file.Tensors).Shape = [.. Enumerable.Repeat(1L, random.NextInt32(10_000)), 1]),
        Mutation.OfFile("tensor.removed", (file, random) => file.Tensors.RemoveAt(random.NextInt32(file.Tensors.Count))),
        Mutation.OfFile("tensor.all-removed", (file, random) => file.Tensors.Clear()),
        Mutation.OfFile("tensor.added",
            (file, random) => file.Tensors.Add(new ForgedTensor("more" + random.Word(), "F32", [4], new byte[16]))),
        Mutation.OfFile("tensor.added-large",
            (file, random) => file.Tensors.Add(new ForgedTensor("more", "U8", [20_000_000], new byte[20_000_000]))),
        Mutation.OfFile("tensor.renamed", (file, random) => random.One(file.Tensors).Name = random.Word()),
        Mutation.OfFile("tensor.name-character", (file, random) => Rename(random.One(file.Tensors), random)),
        Mutation.OfFile("tensor.names-swapped", (file, random) => Swap(random.One(file.Tensors), random.One(file.Tensors))),
        Mutation.OfFile("tensor.not-finite", (file, random) => Put(random.One(file.Tensors), random, random.One(NotFinite))),
        Mutation.OfFile("tensor.large-numbers", (file, random) => Fill(random.One(file.Tensors), random.One(Large))),
        Mutation.OfFile("tensor.bits", (file, random) => Bits(random.One(file.Tensors), random)),
        Mutation.OfFile("tensor.part-of-bytes", (file, random) => Cut(random.One(file.Tensors), random)),
    ];

    /// <summary>Writes one number at a place by chance.</summary>
    public static void Put(ForgedTensor tensor, RandomStream random, float value)
    {
        if (tensor.Dtype == "F32" && tensor.Bytes.Length > 0)
            MemoryMarshal.Cast<byte, float>(tensor.Bytes.AsSpan())[random.NextInt32(tensor.Bytes.Length / 4)] = value;
        else if (tensor.Dtype == "F64" && tensor.Bytes.Length > 0)
            MemoryMarshal.Cast<byte, double>(tensor.Bytes.AsSpan())[random.NextInt32(tensor.Bytes.Length / 8)] = value;
        else
            Bits(tensor, random);
    }

    private static void Fill(ForgedTensor tensor, float value)
    {
        if (tensor.Dtype == "F32")
            MemoryMarshal.Cast<byte, float>(tensor.Bytes.AsSpan()).Fill(value);
        else if (tensor.Dtype == "F64")
            MemoryMarshal.Cast<byte, double>(tensor.Bytes.AsSpan()).Fill(value);
        else
            tensor.Bytes.AsSpan().Fill(0x7f);
    }

    private static void Bits(ForgedTensor tensor, RandomStream random)
    {
        for (int i = 0; i < 8 && tensor.Bytes.Length > 0; i++)
            tensor.Bytes[random.NextInt32(tensor.Bytes.Length)] = (byte)random.NextInt32(256);
    }

    private static void Retype(ForgedTensor tensor, string dtype)
    {
        int bits = dtype switch
        {
            "F4" => 4,
            "F6_E2M3" or "F6_E3M2" => 6,
            _ => 8 * (dtype.Contains("64", StringComparison.Ordinal)
            ? 8
            : dtype.Contains("32", StringComparison.Ordinal) ? 4 : dtype.Contains("16", StringComparison.Ordinal) ? 2 : 1)
        };
        (tensor.Dtype, tensor.Bytes) = (dtype, new byte[tensor.Shape.Aggregate(1L, (a, b) => a * b) * bits / 8]);
    }

    private static void Halve(List<ForgedTensor> tensors, RandomStream random)
    {
        string dtype = random.One(["F16", "BF16"]);
        foreach (ForgedTensor tensor in tensors)
            Retype(tensor, dtype);
    }

    private static void Rank(ForgedTensor tensor, RandomStream random)
    {
        long count = tensor.Shape.Aggregate(1L, (a, b) => a * b);
        tensor.Shape = random.One<long[]>([[count], [1, .. tensor.Shape], [.. tensor.Shape, 1], [1, 1, 1, count]]);
    }

    private static void Empty(ForgedTensor tensor)
    {
        tensor.Shape = [0, .. tensor.Shape.Skip(1)];
        tensor.Bytes = [];
    }

    private static void Rename(ForgedTensor tensor, RandomStream random) => tensor.Name = random.Flip(tensor.Name);

    private static void Swap(ForgedTensor a, ForgedTensor b) => (a.Name, b.Name) = (b.Name, a.Name);

    private static void Cut(ForgedTensor tensor, RandomStream random) =>
        tensor.Bytes = tensor.Bytes[..random.NextInt32(tensor.Bytes.Length + 1)];
}
