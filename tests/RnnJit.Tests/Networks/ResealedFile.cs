using System.Security.Cryptography;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Tests.Networks;

/// <summary>A checkpoint changed by somebody who knows how its digest is computed.</summary>
internal static class ResealedFile
{
    /// <summary>Changes the numbers of one tensor and writes the digest that fits.</summary>
    public static void Change(string path, string tensor, Action<double[]> change)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        SafetensorsTensor old = file.Tensors[tensor];
        double[] values = old.ToDouble();
        change(values);
        SafetensorsTensor changed = old.Dtype == SafetensorsDtype.F64
            ? SafetensorsTensor.From(values, [.. old.Shape])
                : SafetensorsTensor.From([.. values.Select(value => (float)value)], [.. old.Shape]);
        var tensors =
            new SortedDictionary<string, SafetensorsTensor>(file.Tensors.ToDictionary(), StringComparer.Ordinal) { [tensor] = changed };
        var texts = new SortedDictionary<string, string>(file.Metadata.ToDictionary(), StringComparer.Ordinal);
        texts.Remove("sha256");
        string digest = Digest(texts, tensors);
        SafetensorsFile.Write(path, tensors, texts.Append(new("sha256", digest)));
    }

    /// <summary>Adds or replaces texts and writes the digest that fits.</summary>
    public static void Add(string path, IEnumerable<KeyValuePair<string, string>> more)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        var tensors = new SortedDictionary<string, SafetensorsTensor>(file.Tensors.ToDictionary(), StringComparer.Ordinal);
        var texts = new SortedDictionary<string, string>(file.Metadata.ToDictionary(), StringComparer.Ordinal);
        foreach (var (key, value) in more)
            texts[key] = value;
        texts.Remove("sha256");
        string digest = Digest(texts, tensors);
        SafetensorsFile.Write(path, tensors, texts.Append(new("sha256", digest)));
    }

    private static string Digest(SortedDictionary<string, string> texts, SortedDictionary<string, SafetensorsTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData([.. Encoding.UTF8.GetBytes(text), 0]);
        foreach (var (key, value) in texts.Where(pair => pair.Key != "format"))
        {
            Add(key);
            Add(value);
        }

        foreach (var (name, part) in tensors)
        {
            Add(name);
            Add(part.ToString());
            hash.AppendData(part.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
