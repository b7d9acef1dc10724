using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RnnJit.Files;

namespace RnnJit.Cli.Fuzzing;

/// <summary>A checkpoint in which every part can be written wrongly. The digest is computed last, over what a reader would find.</summary>
internal sealed class ForgedFile
{
    private const string DigestKey = "sha256";
    private const string FormatKey = "format";

    /// <summary>Metadata besides the digest, in file order; keys may repeat.</summary>
    public List<KeyValuePair<string, string>> Texts { get; private init; } = [];

    public List<ForgedTensor> Tensors { get; private init; } = [];

    /// <summary>Changes the JSON header after sealing.</summary>
    public Func<string, string>? Header { get; set; }

    /// <summary>Changes the bytes of the whole file after sealing.</summary>
    public Func<byte[], byte[]>? Whole { get; set; }

    /// <summary>The length to which the file is extended by a hole; 0: as it is.</summary>
    public long Length { get; set; }

    /// <summary>True where the file holds the state of a training, not of a model alone.</summary>
    public bool IsTraining => Has("cursor");

    public static ForgedFile Read(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        return new ForgedFile
        {
            Texts = [.. file.Metadata.Where(pair => pair.Key != DigestKey).OrderBy(pair => pair.Key, StringComparer.Ordinal)],
            Tensors = [.. file.Tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Tensor(pair.Key, pair.Value))],
        };
    }

    public ForgedFile Clone() => new() { Texts = [.. Texts], Tensors = [.. Tensors.Select(tensor => tensor.Clone())] };

    public bool Has(string key) => Texts.Exists(pair => pair.Key == key);

    /// <summary>A metadata text; "" where there is none. Setting adds or replaces it.</summary>
    public string this[string key]
    {
        get => Texts.Find(pair => pair.Key == key).Value ?? "";
        set
        {
            int index = Texts.FindIndex(pair => pair.Key == key);
            if (index < 0)
                Texts.Add(new(key, value));
            else
                Texts[index] = new(key, value);
        }
    }

    public void Write(string path)
    {
        byte[] bytes = ToBytes();
        using var stream = new FileStream(path, FileMode.Create);
        stream.Write(bytes);
        if (Length > bytes.Length)
            stream.SetLength(Length);
    }

    private byte[] ToBytes()
    {
        string json = Json();
        byte[] header = Encoding.UTF8.GetBytes(Header?.Invoke(json) ?? json);
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (ForgedTensor tensor in Tensors)
            stream.Write(tensor.Bytes);
        byte[] bytes = stream.ToArray();
        return Whole?.Invoke(bytes) ?? bytes;
    }

    private string Json()
    {
        IEnumerable<string> texts = Texts.Append(new(DigestKey, Digest())).Select(pair => $"{Quote(pair.Key)}:{Quote(pair.Value)}");
        var entries = new List<string> { $"\"__metadata__\":{{{string.Join(',', texts)}}}" };
        long offset = 0;
        foreach (ForgedTensor tensor in Tensors)
        {
            long begin = tensor.Begin ?? offset, end = tensor.End ?? offset + tensor.Bytes.Length;
            string entry = tensor.Entry
                ?? $$"""{"dtype":{{Quote(tensor.Dtype)}},"shape":[{{string.Join(',', tensor.Shape)}}],"data_offsets":[{{begin}},{{end}}]}""";
            entries.Add($"{Quote(tensor.Name)}:{entry}");
            offset += tensor.Bytes.Length;
        }

        return $"{{{string.Join(',', entries)}}}";
    }

    // The digest of a checkpoint: texts but format and digest, then tensors, each by ordinal order of their names.
    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        foreach (var (key, value) in Texts.Where(pair => pair.Key != FormatKey).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(key);
            Add(value);
        }

        foreach (ForgedTensor tensor in Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            Add(tensor.Name);
            Add($"{tensor.Dtype}[{string.Join(", ", tensor.Shape)}]");
            hash.AppendData(tensor.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ForgedTensor Tensor(string name, SafetensorsTensor tensor) =>
        new(name, tensor.Dtype.ToString().ToUpperInvariant(), [.. tensor.Shape], tensor.Bytes.ToArray());

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
