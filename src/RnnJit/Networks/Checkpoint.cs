using System.Security.Cryptography;
using System.Text;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>The content of a safetensors file that RnnJit wrote: texts, tensors, and a digest of both, so that any altered byte is
/// noticed.</summary>
internal sealed partial class Checkpoint(string path) : IDisposable
{
    // A text is encoded in pieces, since it may be as long as the file.
    private const int PieceBytes = 4096;

    private const string DigestKey = "sha256";
    private const string FormatKey = "format";
    private const string Format = "rnnjit 1";

    private readonly SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);
    private readonly List<string> reals = [];

    /// <summary>The path of the file, named in messages.</summary>
    public string Path => path;

    public bool Has(string key) => texts.ContainsKey(key);

    /// <summary>True where a file that was read has a tensor of that name.</summary>
    public bool HasTensor(string name) => stored.ContainsKey(name);

    /// <summary>Names of the tensors of a file that was read.</summary>
    public IEnumerable<string> TensorNames => stored.Keys;

    /// <exception cref="CheckpointException">There is no such text.</exception>
    public string this[string key]
    {
        get => texts.TryGetValue(key,
            out string? text) ? text : throw new CheckpointException($"'{path}' has no '{key}' (it is no checkpoint of this kind)");
        set => texts[key] = value;
    }

    /// <summary>Writes what was added, which needs no tensor of the model any more.</summary>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    /// <exception cref="NotFiniteNumberException">A tensor holds NaN or an infinity as it is stored.</exception>
    public void Write(string target)
    {
        RequireFinite();
        SafetensorsFile.Write(target, tensors, texts.Append(new(FormatKey, Format)).Append(new(DigestKey, Digest())));
    }

    /// <summary>Writes the same to a stream, which stays open.</summary>
    /// <exception cref="IOException">The stream could not be written.</exception>
    /// <exception cref="NotFiniteNumberException">A tensor holds NaN or an infinity as it is stored.</exception>
    public void Write(Stream target)
    {
        RequireFinite();
        SafetensorsFile.Write(target, tensors, texts.Append(new(FormatKey, Format)).Append(new(DigestKey, Digest())));
    }

    /// <summary>Adds a copy of a tensor: a parameter, a moment of the optimiser or a carried state.</summary>
    public void Put(string name, Tensor tensor, WeightStorage weights = WeightStorage.Single)
    {
        long[] shape = tensor.Shape.Select(extent => (long)extent).ToArray();
        tensors[name] = tensor.Element switch
        {
            ElementType.F32 or ElementType.F64 when weights != WeightStorage.Single => SafetensorsTensor.From(
                [.. tensor.ToNdArray().Data.Select(value => (float)value)], shape,
                weights == WeightStorage.Half ? SafetensorsDtype.F16 : SafetensorsDtype.BF16),
            ElementType.F32 => SafetensorsTensor.From(tensor.Read<float>(), shape),
            ElementType.F64 => SafetensorsTensor.From(tensor.Read<double>(), shape),
            _ => SafetensorsTensor.From(tensor.Read<int>(), shape),
        };
        if (tensor.Element != ElementType.I32)
            reals.Add(name);
    }

    /// <summary>Adds numbers of which some may be infinite, such as losses.</summary>
    public void Put(string name, ReadOnlySpan<double> values) => tensors[name] = SafetensorsTensor.From(values, [values.Length]);

    // In the order in which tensors were added. Whole numbers are finite.
    private void RequireFinite()
    {
        foreach (string name in reals)
        {
            double[] values = tensors[name].ToDouble();
            if (!Array.TrueForAll(values, double.IsFinite))
            {
                int[] shape = [.. tensors[name].Shape.Select(extent => (int)extent)];
                throw new NotFiniteNumberException(
                    $"tensor '{name}' [{string.Join(", ", shape)}] holds {FaultSearch.At(new NdArray(shape, values))}");
            }
        }
    }

    // Texts, then tensors, each by the ordinal order of their names.
    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddTexts(hash);
        foreach (var (name, tensor) in tensors)
        {
            Add(hash, name);
            Add(hash, tensor.ToString());
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void AddTexts(IncrementalHash hash)
    {
        foreach (var (key, value) in texts)
        {
            Add(hash, key);
            Add(hash, value);
        }
    }

    private static void Add(IncrementalHash hash, string text)
    {
        Span<byte> bytes = stackalloc byte[PieceBytes];
        Encoder encoder = Encoding.UTF8.GetEncoder();
        ReadOnlySpan<char> rest = text;
        for (bool completed = false; !completed;)
        {
            encoder.Convert(rest, bytes, flush: true, out int read, out int written, out completed);
            hash.AppendData(bytes[..written]);
            rest = rest[read..];
        }

        hash.AppendData([0]);
    }
}
