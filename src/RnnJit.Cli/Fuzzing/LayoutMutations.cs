using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Offsets and lengths that do not fit the data.</summary>
internal static class LayoutMutations
{
    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfFile("layout.overlap", (file, random) => Shift(file, random, -1 - random.NextInt32(16), 0)),
        Mutation.OfFile("layout.hole", (file, random) => Shift(file, random, 1 + random.NextInt32(16), 0)),
        Mutation.OfFile("layout.moved", (file, random) => Moved(file, random)),
        Mutation.OfFile("layout.end-moved", (file, random) => Shift(file, random, 0, random.NextInt32(33) - 16)),
        Mutation.OfFile("layout.reversed", (file, random) => Reversed(file, random)),
        Mutation.OfFile("layout.begin-extreme", (file, random) => random.One(file.Tensors).Begin = random.Extreme()),
        Mutation.OfFile("layout.end-extreme", (file, random) => random.One(file.Tensors).End = random.Extreme()),
        Mutation.OfFile("layout.order",
            (file, random) => random.Shuffle<ForgedTensor>(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(file.Tensors))),
        Mutation.OfFile("layout.appended", (file, random) => file.Whole = bytes => [.. bytes, .. new byte[1 + random.NextInt32(10_000)]]),
        Mutation.OfFile("layout.cut",
            (file, random) => file.Whole = bytes => bytes[..Math.Max(0, bytes.Length - 1 - random.NextInt32(bytes.Length))]),
        Mutation.OfFile("layout.nothing", (file, random) => file.Whole = _ => new byte[random.NextInt32(12)]),
        Mutation.OfFile("layout.sparse-end", (file, random) => file.Length = (1L << 20) << random.NextInt32(18)),
        Mutation.OfFile("layout.sparse-tensor", Sparse),
    ];

    private static void Shift(ForgedFile file, RandomStream random, int begin, int end)
    {
        int chosen = random.NextInt32(file.Tensors.Count);
        long offset = file.Tensors.Take(chosen).Sum(tensor => (long)tensor.Bytes.Length);
        (file.Tensors[chosen].Begin, file.Tensors[chosen].End) = (offset + begin, offset + file.Tensors[chosen].Bytes.Length + end);
    }

    private static void Moved(ForgedFile file, RandomStream random)
    {
        long step = random.Extreme();
        ForgedTensor tensor = random.One(file.Tensors);
        (tensor.Begin, tensor.End) = (step, unchecked(step + tensor.Bytes.Length));
    }

    private static void Reversed(ForgedFile file, RandomStream random)
    {
        ForgedTensor tensor = random.One(file.Tensors);
        (tensor.Begin, tensor.End) = (tensor.Bytes.Length, 0);
    }

    // The last tensor claims a hole of the file system: 1 MB to 64 GB that take no room on the disk.
    private static void Sparse(ForgedFile file, RandomStream random)
    {
        long bytes = (1L << 20) << random.NextInt32(17), start = file.Tensors.Sum(tensor => (long)tensor.Bytes.Length);
        file.Tensors.Add(new ForgedTensor(random.One(["more", "adam.m.more", random.One(file.Tensors).Name]), "F32", [bytes / 4],
            [])
        { Begin = start, End = start + bytes });
        file.Whole = header =>
        {
            file.Length = header.Length + bytes;
            return header;
        };
    }
}
