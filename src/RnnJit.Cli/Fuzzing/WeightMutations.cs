using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Damage to files of weights, as bytes: anywhere, and in the parts of archives, whose checksums then fit.</summary>
internal static class WeightMutations
{
    private const int Longest = 64, LargestBomb = 80 << 20;

    private static readonly Mutation[] OfBytes =
    [
        Mutation.OfWeights("valid", (bytes, _, _) => bytes),
        .. Edits("bytes", edit => edit),
    ];

    private static readonly Mutation[] OfArchives =
    [
        .. OfBytes, .. Edits("part", edit => (bytes, other, random) => InPart(bytes, other, random, edit)),
        Mutation.OfWeights("archive.method", (bytes, _, random) => Rewritten(bytes, parts => parts, random.NextInt32(2) == 0)),
        Mutation.OfWeights("archive.missing", (bytes, _, random) => Rewritten(bytes, parts =>
        {
            parts.RemoveAt(random.NextInt32(parts.Count));
            return parts;
        })),
        Mutation.OfWeights("archive.twice", (bytes, _, random) => Rewritten(bytes, parts => [.. parts, random.One(parts)])),
        Mutation.OfWeights("archive.name", (bytes, _, random) => Rewritten(bytes, parts =>
        {
            int at = random.NextInt32(parts.Count);
            string name = random.NextInt32(2) == 0 ? random.Flip(parts[at].Name) : random.Word();
            parts[at] = (name.Length == 0 ? "x" : name, parts[at].Content);
            return parts;
        })),
        Mutation.OfWeights("archive.bomb", (bytes, _, random) => Rewritten(bytes, parts =>
        {
            int at = random.NextInt32(parts.Count);
            parts[at] = (parts[at].Name, [.. parts[at].Content, .. new byte[random.NextInt32(LargestBomb >> random.NextInt32(12))]]);
            return parts;
        })),
    ];

    private delegate byte[] Edit(byte[] bytes, byte[] other, RandomStream random);

    /// <summary>The classes of a format.</summary>
    public static IReadOnlyList<Mutation> Of(string format) => WeightSeeds.IsArchive(format) ? OfArchives : OfBytes;

    private static IEnumerable<Mutation> Edits(string area, Func<Edit, Edit> where)
    {
        foreach (var (name, edit) in new (string, Edit)[]
        {
            ("flip", Flip), ("set", Set), ("number", Number), ("cut", Cut), ("begin", Begin), ("insert", Insert), ("remove", Remove),
            ("repeat", Repeat), ("swap", Swap), ("splice", Splice), ("digits", Digits), ("text", Text),
        })
        {
            Edit placed = where(edit);
            yield return Mutation.OfWeights($"{area}.{name}", (bytes, other, random) =>
                bytes.Length == 0 ? bytes : placed(bytes, other, random));
        }
    }

    private static byte[] Flip(byte[] bytes, byte[] other, RandomStream random)
    {
        for (int left = 1 + random.NextInt32(3); left > 0; left--)
            bytes[random.NextInt32(bytes.Length)] ^= (byte)(1 << random.NextInt32(8));
        return bytes;
    }

    private static byte[] Set(byte[] bytes, byte[] other, RandomStream random)
    {
        bytes[random.NextInt32(bytes.Length)] = (byte)random.NextInt32(256);
        return bytes;
    }

    private static byte[] Number(byte[] bytes, byte[] other, RandomStream random)
    {
        int width = random.One([2, 4, 8]);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, random.NextInt32(2) == 0 ? random.Extreme() : random.NextInt32(2 * bytes.Length));
        int at = random.NextInt32(bytes.Length), length = Math.Min(width, bytes.Length - at);
        number[..length].CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    private static byte[] Cut(byte[] bytes, byte[] other, RandomStream random) => bytes[..random.NextInt32(bytes.Length)];

    private static byte[] Begin(byte[] bytes, byte[] other, RandomStream random) => bytes[random.NextInt32(bytes.Length)..];

    private static byte[] Insert(byte[] bytes, byte[] other, RandomStream random)
    {
        int at = random.NextInt32(bytes.Length);
        byte[] added = [.. Enumerable.Range(0, 1 + random.NextInt32(Longest)).Select(_ => (byte)random.NextInt32(256))];
        return [.. bytes[..at], .. added, .. bytes[at..]];
    }

    private static byte[] Remove(byte[] bytes, byte[] other, RandomStream random)
    {
        var (start, length) = random.Part(bytes.Length);
        return [.. bytes[..start], .. bytes[(start + length)..]];
    }

    private static byte[] Repeat(byte[] bytes, byte[] other, RandomStream random)
    {
        var (start, length) = random.Part(bytes.Length);
        byte[] part = bytes[start..(start + length)];
        return [.. bytes[..start], .. Enumerable.Repeat(part, 1 + random.NextInt32(8)).SelectMany(piece => piece), .. bytes[start..]];
    }

    private static byte[] Swap(byte[] bytes, byte[] other, RandomStream random)
    {
        int length = 1 + random.NextInt32(Math.Min(Longest, bytes.Length));
        int first = random.NextInt32(bytes.Length - length + 1), second = random.NextInt32(bytes.Length - length + 1);
        byte[] kept = bytes[first..(first + length)];
        bytes.AsSpan(second, length).CopyTo(bytes.AsSpan(first));
        kept.CopyTo(bytes.AsSpan(second));
        return bytes;
    }

    private static byte[] Splice(byte[] bytes, byte[] other, RandomStream random) =>
        [.. bytes[..random.NextInt32(bytes.Length)], .. other[random.NextInt32(other.Length)..]];

    // A run of digits becomes another number, of any length.
    private static byte[] Digits(byte[] bytes, byte[] other, RandomStream random)
    {
        int at = Array.FindIndex(bytes, random.NextInt32(bytes.Length), b => b is >= (byte)'0' and <= (byte)'9');
        if (at < 0)
            return Flip(bytes, other, random);
        int end = at;
        while (end < bytes.Length && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        return [.. bytes[..at], .. Encoding.UTF8.GetBytes(random.Number()), .. bytes[end..]];
    }

    // A letter becomes another character.
    private static byte[] Text(byte[] bytes, byte[] other, RandomStream random)
    {
        int at = Array.FindIndex(bytes, random.NextInt32(bytes.Length), b => b is > 32 and < 127);
        if (at >= 0)
            bytes[at] = (byte)(32 + random.NextInt32(95));
        return bytes;
    }

    private static byte[] InPart(byte[] bytes, byte[] other, RandomStream random, Edit edit) => Rewritten(bytes, parts =>
    {
        int at = random.NextInt32(parts.Count);
        if (parts[at].Content.Length > 0)
            parts[at] = (parts[at].Name, edit(parts[at].Content, other, random));
        return parts;
    }, random.NextInt32(4) == 0);

    // The archive with other parts; sizes and checksums fit.
    private static byte[] Rewritten(byte[] bytes, Func<List<(string Name, byte[] Content)>, List<(string Name, byte[] Content)>> change,
        bool compressed = true)
    {
        var parts = new List<(string Name, byte[] Content)>();
        using (var archive = new ZipArchive(new MemoryStream(bytes)))
        {
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using Stream stream = entry.Open();
                using var content = new MemoryStream();
                stream.CopyTo(content);
                parts.Add((entry.FullName, content.ToArray()));
            }
        }

        using var made = new MemoryStream();
        using (var archive = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in change(parts))
            {
                using Stream stream =
                    archive.CreateEntry(name, compressed ? CompressionLevel.Fastest : CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        return made.ToArray();
    }
}
