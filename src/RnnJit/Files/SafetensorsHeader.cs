using System.Text.Json;
using System.Text.Unicode;

namespace RnnJit.Files;

/// <summary>The header's entry of one tensor; offsets count from the first byte after the header.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsDtype Dtype, long[] Shape, long Begin, long End);

/// <summary>Parses the JSON header <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …, "__metadata__": {"key":
/// "value"}}</c>.</summary>
internal ref struct SafetensorsHeader
{
    public const string MetadataName = "__metadata__";

    private readonly string source;
    private readonly HeaderLimits limits;
    private Utf8JsonReader json;

    private SafetensorsHeader(ReadOnlySpan<byte> header, string source, HeaderLimits limits)
    {
        (this.source, this.limits) = (source, limits);
        json = new Utf8JsonReader(header);
    }

    public static (Dictionary<string, string> Metadata,
        List<SafetensorsEntry> Entries) Parse(ReadOnlySpan<byte> header, string source, HeaderLimits limits)
    {
        if (!Utf8.IsValid(header))
            throw new SafetensorsException($"{source}: the header is no UTF-8 text (the file is damaged or no safetensors file)");

        try
        {
            return new SafetensorsHeader(header, source, limits).ReadAll();
        }
        catch (JsonException e)
        {
            throw new SafetensorsException(
                $"{source}: the header is no JSON at byte {e.BytePositionInLine} of its line {e.LineNumber} (the file is damaged or no "
                    + "safetensors file)",
                e);
        }
        catch (InvalidOperationException e)
        {
            // GetString on an escaped half of a surrogate pair, the only call whose token kind is not checked before.
            throw new SafetensorsException($"{source}: the header holds a text that is no valid Unicode (the file is damaged)", e);
        }
    }

    private (Dictionary<string, string> Metadata, List<SafetensorsEntry> Entries) ReadAll()
    {
        Dictionary<string, string>? metadata = null;
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();

        Next(JsonTokenType.StartObject, "the header");
        while (NextName("the header") is { } name)
        {
            if (!names.Add(name))
                throw Wrong($"the name '{name}' occurs twice", "the file is damaged or was written to deceive");

            if (name == MetadataName)
                metadata = ReadMetadata();
            else
                entries.Add(ReadEntry(name));
            if (entries.Count > limits.Tensors)
                throw Wrong($"the header names more than {limits.Tensors} tensors", "the file is damaged or was written to deceive");
        }

        // Any character except white space after the closing brace throws here.
        json.Read();
        return (metadata ?? [], entries);
    }

    private Dictionary<string, string> ReadMetadata()
    {
        var metadata = new Dictionary<string, string>();
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
            return metadata;

        Expect(JsonTokenType.StartObject, MetadataName);
        while (NextName(MetadataName) is { } key)
        {
            Next(JsonTokenType.String, $"{MetadataName} '{key}'");
            if (!metadata.TryAdd(key, json.GetString()!))
                throw Wrong($"the key '{key}' occurs twice in {MetadataName}", "the file is damaged or was written to deceive");
            if (metadata.Count > limits.Texts)
                throw Wrong($"{MetadataName} has more than {limits.Texts} keys", "the file is damaged or was written to deceive");
        }

        return metadata;
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        SafetensorsDtype? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;

        Next(JsonTokenType.StartObject, $"tensor '{name}'");
        while (NextName($"tensor '{name}'") is { } field)
        {
            var seenBefore = field switch
            {
                "dtype" =>
                dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => false
            };
            if (seenBefore)
                throw Wrong($"'{field}' of tensor '{name}' occurs twice", "the file is damaged or was written to deceive");

            if (field == "dtype")
                dtype = ReadDtype(name);
            else if (field == "shape")
                shape = ReadNumbers(name, field);
            else if (field == "data_offsets")
                offsets = ReadNumbers(name, field);
            else
                SkipValue();
        }

        if (dtype is null || shape is null || offsets is not [var begin, var end])
            throw Wrong($"tensor '{name}' lacks one of 'dtype', 'shape' and two 'data_offsets'", "the header is damaged");

        return new SafetensorsEntry(name, dtype.Value, [.. shape], begin, end);
    }

    private SafetensorsDtype ReadDtype(string name)
    {
        Next(JsonTokenType.String, $"'dtype' of tensor '{name}'");
        var text = json.GetString()!;
        return SafetensorsDtypes.TryParse(text, out var dtype)
            ? dtype
            : throw Wrong($"tensor '{name}' has the unknown dtype '{text}'", "convert the tensor to F32");
    }

    private List<long> ReadNumbers(string name, string field)
    {
        var numbers = new List<long>();
        Next(JsonTokenType.StartArray, $"'{field}' of tensor '{name}'");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetUInt64(out var number) || number > long.MaxValue)
                throw Wrong($"'{field}' of tensor '{name}' holds something else than whole numbers from 0 to 2^63 - 1",
                    "the header is damaged");

            if (numbers.Count == limits.Axes)
                throw Wrong($"'{field}' of tensor '{name}' holds more than {limits.Axes} numbers",
                    "the file is damaged or was written to deceive");

            numbers.Add((long)number);
        }

        return numbers;
    }

    private void SkipValue()
    {
        json.Read();
        json.Skip();
    }

    private string? NextName(string where)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.EndObject)
            return null;

        Expect(JsonTokenType.PropertyName, where);
        return json.GetString();
    }

    private void Next(JsonTokenType wanted, string where)
    {
        json.Read();
        Expect(wanted, where);
    }

    private readonly void Expect(JsonTokenType wanted, string where)
    {
        if (json.TokenType != wanted)
            throw Wrong($"{where} has a {json.TokenType}, wanted a {wanted}", "the header is damaged");
    }

    private readonly SafetensorsException Wrong(string found, string cure) => new($"{source}: {found} ({cure})");
}
