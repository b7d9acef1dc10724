using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace RnnJit.Files;

/// <summary>Lays out a file as the reference writer does, byte for byte; metadata, which that writer leaves in any order, is sorted by
/// key.</summary>
internal sealed class SafetensorsWriter
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<KeyValuePair<string, SafetensorsTensor>> tensors;
    private readonly byte[] header;

    public SafetensorsWriter(IEnumerable<KeyValuePair<string, SafetensorsTensor>> tensors,
        IEnumerable<KeyValuePair<string, string>> metadata)
    {
        this.tensors = [.. tensors];
        this.tensors.Sort((a, b) => b.Value.Dtype != a.Value.Dtype ? b.Value.Dtype.CompareTo(a.Value.Dtype) : ByBytes(a.Key, b.Key));
        CheckNames(this.tensors);
        header = Header(this.tensors, [.. metadata]);
    }

    public void WriteTo(Stream stream)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in tensors)
            stream.Write(tensor.Bytes.Span);
    }

    private static void CheckNames(List<KeyValuePair<string, SafetensorsTensor>> tensors)
    {
        var names = new HashSet<string>();
        foreach (var (name, _) in tensors)
        {
            if (name == SafetensorsHeader.MetadataName)
                throw new SafetensorsException($"No tensor may be called '{name}' (the format keeps that name for the metadata)");
            if (!names.Add(name))
                throw new SafetensorsException($"Two tensors are called '{name}' (give each a name of its own)");
        }
    }

    private static byte[] Header(List<KeyValuePair<string, SafetensorsTensor>> tensors, List<KeyValuePair<string, string>> metadata)
    {
        var json = new StringBuilder("{");
        if (metadata.Count > 0)
        {
            metadata.Sort((a, b) => ByBytes(a.Key, b.Key));
            Quote(json, SafetensorsHeader.MetadataName).Append(":{");
            foreach (var (key, value) in metadata)
                Quote(Quote(json, key).Append(':'), value).Append(',');
            json.Length--;
            json.Append("},");
        }

        long offset = 0;
        foreach (var (name, tensor) in tensors)
        {
            var end = offset + tensor.Bytes.Length;
            Quote(json, name).Append(CultureInfo.InvariantCulture,
                $$""":{"dtype":"{{tensor.Dtype.Name()}}","shape":[{{string.Join(',', tensor.Shape)}}],"data_offsets":[{{offset}},{{end}}]},""");
            offset = end;
        }

        if (json[^1] == ',')
            json.Length--;
        return Padded(json.Append('}').ToString());
    }

    // Spaces up to the next multiple of 8, so that the data begin aligned.
    private static byte[] Padded(string json)
    {
        var bytes = Bytes(json);
        var padded = new byte[(bytes.Length + 7) / 8 * 8];
        bytes.CopyTo(padded, 0);
        padded.AsSpan(bytes.Length).Fill((byte)' ');
        return padded;
    }

    // JSON requires escapes only for the quote, the backslash and control characters (RFC 8259, section 7); all other characters are
    // written as they are.
    private static StringBuilder Quote(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => json.Append('\\').Append(c),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }

        return json.Append('"');
    }

    private static int ByBytes(string a, string b) => Bytes(a).AsSpan().SequenceCompareTo(Bytes(b));

    private static byte[] Bytes(string text)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new SafetensorsException("A name or metadata text holds half of a surrogate pair (pass valid Unicode)", e);
        }
    }
}
