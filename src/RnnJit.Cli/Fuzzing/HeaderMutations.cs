using System.Buffers.Binary;
using System.Text;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Damage of the header: its length, its bytes, its JSON.</summary>
internal static class HeaderMutations
{
    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfFile("header.length-byte",
            (file, random) => file.Whole = bytes => With(bytes, random.NextInt32(8), (byte)random.NextInt32(256))),
        Mutation.OfFile("header.length-extreme", (file, random) => file.Whole = bytes => WithLength(bytes, (ulong)random.Extreme())),
        Mutation.OfFile("header.length-near", (file, random) =>
            file.Whole = bytes => WithLength(bytes, BinaryPrimitives.ReadUInt64LittleEndian(bytes) + (ulong)random.NextInt32(33) - 16)),
        Mutation.OfFile("header.byte-changed",
            (file, random) => file.Whole = bytes => With(bytes, 8 + random.NextInt32(bytes.Length - 8), (byte)random.NextInt32(256))),
        Mutation.OfFile("header.character", (file, random) => file.Header = random.Flip),
        Mutation.OfFile("header.part-removed", (file, random) => file.Header = json => Removed(json, random)),
        Mutation.OfFile("header.part-repeated", (file, random) => file.Header = json => Repeated(json, random)),
        Mutation.OfFile("header.cut", (file, random) => file.Whole = bytes => bytes[..random.NextInt32(bytes.Length)]),
        Mutation.OfFile("header.nesting", (file, random) => Nest(file, random)),
        Mutation.OfFile("header.tensor-twice", (file, random) => file.Tensors.Add(random.One(file.Tensors).Clone())),
        Mutation.OfFile("header.key-twice", (file, random) => file.Texts.Add(random.One(file.Texts))),
        Mutation.OfFile("header.field-twice", (file,
            random) => Entry(file, random, "\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]")),
        Mutation.OfFile("header.field-missing", (file, random) => Entry(file, random, random.One(
            ["\"dtype\":\"F32\"", "\"shape\":[1]", "\"data_offsets\":[0,4]", "", "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]"]))),
        Mutation.OfFile("header.field-unknown", (file, random) => file.Header = json =>
            json.Replace("\"dtype\"", $"\"more\":{random.One(["1", "null", "[[]]", "{\"a\":{}}"])},\"dtype\"", StringComparison.Ordinal)),
        Mutation.OfFile("header.field-type", (file, random) => Entry(file, random,
            $"\"dtype\":{random.One(["1", "null", "[]"])},"
                + $"\"shape\":{random.One(["1", "{}", "[\"1\"]", "[null]"])},\"data_offsets\":[0,4]")),
        Mutation.OfFile("header.number-form", (file, random) =>
            Entry(file, random, $"\"dtype\":\"F32\",\"shape\":[{random.Number()}],\"data_offsets\":[{random.Number()},{random.Number()}]")),
        Mutation.OfFile("header.metadata-type", (file, random) => file.Header = json => json.Replace("\"__metadata__\":{",
            $"\"__metadata__\":{random.One(["null", "5", "[]", "\"x\"", "{\"a\":1}", "{\"a\":{}}"])},\"x\":{{", StringComparison.Ordinal)),
        Mutation.OfFile("header.invalid-utf8",
            (file, random) => file.Whole = bytes => With(bytes, 8 + random.NextInt32(200), (byte)(0x80 + random.NextInt32(128)))),
        Mutation.OfFile("header.escapes", (file, random) => file.Header = json => json.Insert(
            json.IndexOf(':', StringComparison.Ordinal) - 1, random.One(["\\ud800", "\\u0000", "\\x", "\\", "\\u12", "\u0007"]))),
        Mutation.OfFile("header.spaces", (file, random) => file.Header = json => new string(' ', random.NextInt32(6_000_000)) + json),
        Mutation.OfFile("header.many-tensors", (file, random) => Many(file, 1 + random.NextInt32(20_000))),
    ];

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        bytes[Math.Min(at, bytes.Length - 1)] = value;
        return bytes;
    }

    private static byte[] WithLength(byte[] bytes, ulong length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static string Removed(string json, RandomStream random)
    {
        var (start, length) = random.Part(json.Length);
        return json.Remove(start, length);
    }

    private static string Repeated(string json, RandomStream random)
    {
        var (start, length) = random.Part(json.Length);
        return json.Insert(start, json.Substring(start, length));
    }

    private static void Nest(ForgedFile file, RandomStream random)
    {
        int depth = random.One([10, 63, 64, 65, 1000, 200_000]);
        string inner = random.NextInt32(2) == 0 ? new StringBuilder().Insert(0, "[", depth).Append('1').Insert(depth + 1, "]", depth)
            .ToString() : new StringBuilder().Insert(0, "{\"a\":", depth).Append('1').Insert((depth * 5) + 1, "}", depth).ToString();
        file.Header = json => json.Insert(1, $"\"deep\":{{\"more\":{inner}}},");
    }

    private static void Entry(ForgedFile file, RandomStream random, string fields) => random.One(file.Tensors).Entry = $"{{{fields}}}";

    private static void Many(ForgedFile file, int count)
    {
        for (int i = 0; i < count; i++)
            file.Tensors.Add(new ForgedTensor("more" + i, "F32", [0], []));
    }
}
