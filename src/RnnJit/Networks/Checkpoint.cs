using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RnnJit.Files;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>The content of a safetensors file that RnnJit wrote: texts, tensors, and a digest of both, so that any altered byte is noticed.</summary>
internal sealed class Checkpoint(string path)
{
    private const string DigestKey = "sha256";
    private const string FormatKey = "format";
    private const string Format = "rnnjit 1";

    private readonly SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);

    /// <summary>Where it was read from, for messages.</summary>
    public string Path => path;

    public bool Has(string key) => texts.ContainsKey(key);

    /// <exception cref="CheckpointException">There is no such text.</exception>
    public string this[string key]
    {
        get => texts.TryGetValue(key, out string? text) ? text : throw new CheckpointException($"'{path}' has no '{key}' (it is no checkpoint of this kind)");
        set => texts[key] = value;
    }

    /// <exception cref="CheckpointException">The file is missing, no checkpoint, truncated or altered.</exception>
    public static Checkpoint Read(string path)
    {
        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Read(path);
        }
        catch (SafetensorsException e)
        {
            throw new CheckpointException(e.Message, e);
        }

        if (!file.Metadata.TryGetValue(FormatKey, out string? format) || format != Format)
            throw new CheckpointException($"'{path}' is no checkpoint: its format is '{format}', wanted '{Format}' (choose a file that rnnjit wrote)");
        var checkpoint = new Checkpoint(path);
        foreach (var (key, value) in file.Metadata.Where(pair => pair.Key is not (DigestKey or FormatKey)))
            checkpoint.texts[key] = value;
        foreach (var (name, tensor) in file.Tensors)
            checkpoint.tensors[name] = tensor;
        if (file.Metadata.GetValueOrDefault(DigestKey) != checkpoint.Digest())
            throw new CheckpointException($"'{path}' was altered after it was written: its digest does not fit its content (use another copy)");
        return checkpoint;
    }

    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    public void Write(string target) =>
        SafetensorsFile.Write(target, tensors, texts.Append(new(FormatKey, Format)).Append(new(DigestKey, Digest())));

    /// <summary>Adds a tensor: a parameter, a moment of the optimiser or a carried state.</summary>
    /// <exception cref="NotFiniteNumberException">It holds NaN or an infinity as it is stored.</exception>
    public void Put(string name, Tensor tensor, WeightStorage weights = WeightStorage.Single)
    {
        long[] shape = tensor.Shape.Select(extent => (long)extent).ToArray();
        tensors[name] = tensor.Element switch
        {
            ElementType.F32 or ElementType.F64 when weights != WeightStorage.Single => SafetensorsTensor.From(
                [.. tensor.ToNdArray().Data.Select(value => (float)value)], shape, weights == WeightStorage.Half ? SafetensorsDtype.F16 : SafetensorsDtype.BF16),
            ElementType.F32 => SafetensorsTensor.From(tensor.Single, shape),
            ElementType.F64 => SafetensorsTensor.From(tensor.Double, shape),
            _ => SafetensorsTensor.From(tensor.Int32, shape),
        };
        if (Fault(tensors[name], tensor, tensors[name].ToDouble()) is { } fault)
            throw new NotFiniteNumberException($"tensor '{name}' [{string.Join(", ", shape)}] holds {fault}");
    }

    /// <summary>Adds numbers of which some may be infinite, such as losses.</summary>
    public void Put(string name, ReadOnlySpan<double> values) => tensors[name] = SafetensorsTensor.From(values, [values.Length]);

    /// <summary>A text that is a whole number.</summary>
    /// <exception cref="CheckpointException">It is none.</exception>
    public int Number(string key) => int.TryParse(this[key], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new CheckpointException($"'{path}' has {key} = '{this[key]}', wanted a whole number (use another copy)");

    public double[] Numbers(string name) => Tensor(name).ToDouble();

    /// <summary>Copies a stored tensor into one of the same shape and type; numbers of 16 bits are widened.</summary>
    /// <exception cref="CheckpointException">The tensor is missing, has another shape or type, or holds NaN or an infinity.</exception>
    public void Get(string name, Tensor into)
    {
        SafetensorsTensor stored = Tensor(name);
        SafetensorsDtype wanted = into.Element switch
        {
            ElementType.F32 => SafetensorsDtype.F32,
            ElementType.F64 => SafetensorsDtype.F64,
            _ => SafetensorsDtype.I32,
        };
        bool widens = into.Element != ElementType.I32 && stored.Dtype is SafetensorsDtype.F16 or SafetensorsDtype.BF16;
        if ((stored.Dtype != wanted && !widens) || !stored.Shape.SequenceEqual(into.Shape.Select(extent => (long)extent)))
            throw new CheckpointException($"'{path}': tensor '{name}' is {stored} but the model wants {wanted}[{string.Join(", ", into.Shape)}] (use the checkpoint of this model)");
        double[] values = stored.ToDouble();
        if (Fault(stored, into, values) is { } fault)
            throw new CheckpointException($"'{path}': tensor '{name}' [{string.Join(", ", into.Shape)}] holds {fault}, wanted finite numbers (use another copy)");
        into.Set(values);
    }

    // Whole numbers are finite.
    private static string? Fault(SafetensorsTensor stored, Tensor tensor, double[] values) =>
        tensor.Element == ElementType.I32 || Array.TrueForAll(values, double.IsFinite) ? null : FaultSearch.At(new NdArray([.. stored.Shape.Select(extent => (int)extent)], values));

    private SafetensorsTensor Tensor(string name) =>
        tensors.TryGetValue(name, out SafetensorsTensor? tensor) ? tensor : throw new CheckpointException($"'{path}' has no tensor '{name}' (use the checkpoint of this model)");

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        foreach (var (key, value) in texts)
        {
            Add(key);
            Add(value);
        }

        foreach (var (name, tensor) in tensors)
        {
            Add(name);
            Add(tensor.ToString());
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
